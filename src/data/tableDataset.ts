import { existsSync, statSync } from 'node:fs';
import { basename, isAbsolute, relative, resolve, sep } from 'node:path';
import { UserError } from '../core/errors';
import { counted } from '../core/text';
import type { Dataset, Example, Subset } from './dataset';
import { Findings, picturesBelow, unusableFile } from './findPictures';
import { otherColumns } from './otherColumns';
import { PictureIndex } from './pictureIndex';
import type { TextTable } from './readTable';
import { subsetOfFolder } from './subsetNames';
import { plainName, type Role } from './tableColumns';
import { splitReader } from './tableSplits';
import { uniteNames } from './uniteNames';

/** A table with a row for each picture. */
export interface TableSource {
  text: TextTable;
  /** the places of the columns; without a label all its pictures are unlabelled */
  columns: Partial<Record<Role, number>>;
  /** folder that paths are relative to */
  folder: string;
  /** the part of its pictures, where no column says it */
  subset?: Subset;
  /** the part that its name says, to choose between pictures of the same name. Default: that of `subset` */
  likely?: Subset;
  /** the columns that are classes, where each class has its column */
  oneHot?: readonly string[];
  /** its name, for messages when there are several tables */
  name?: string;
}

/**
 * The dataset of one table or several, such as one for each part. Rows that cannot be used are listed in {@link Dataset.skipped}.
 *
 * @param folder that names of pictures are relative to
 * @param caller name of the function, for errors
 * @param findings what was found out before
 * @throws {UserError} when fewer than two classes are left
 */
export function tableDataset(
  sources: readonly TableSource[],
  folder: string,
  caller: string,
  findings = new Findings(),
): Dataset {
  const places = new Map<string, Place>();
  const indexes = new Map<string, PictureIndex>();
  const found = sources.flatMap((source) => usableRows(source, places, indexes, findings));
  takePartsOfFolders(found, folder, findings);
  const labelled = found.filter(({ className }) => className !== '');
  const { classOf, warnings } = uniteNames([[...new Set(labelled.map(({ className }) => className))]], 'rows');
  findings.warnings.push(...warnings);
  const classes = sortedClasses([...new Set(classOf.values())]);
  const { skipped } = findings;
  if (classes.length < 2) {
    const has = classes.length === 0 ? 'no usable row with a label' : `rows of one class only, '${classes[0]}'`;
    const first = skipped[0] ? `; the first unusable one, ${skipped[0].file}: ${skipped[0].reason}` : '';
    throw new UserError(`${caller}: the table has ${has}, expected at least two classes${first}`);
  }
  if (classes.length > 20 && classes.length > 0.5 * labelled.length) {
    findings.warnings.push(
      `the column of classes has ${classes.length} different values in ${labelled.length} rows: choose the one with the classes (--label-column NAME)`,
    );
  }
  const labelOf = new Map(classes.map((name, label) => [name, label]));
  const toExample = ({ className, ...rest }: Found): Example => ({
    ...rest,
    label: labelOf.get(classOf.get(className) ?? '') ?? -1,
  });
  const unlabelled = found.filter(({ className }) => className === '').map(toExample);
  return {
    folder,
    classes,
    examples: labelled.map(toExample),
    skipped,
    ...findings.messages(),
    ...(unlabelled.length > 0 && { unlabelled }),
  };
}

/** Where a picture is in a table, and its class there. */
interface Place {
  where: string;
  className: string;
}

interface Found {
  file: string;
  className: string;
  subset?: Subset;
  group?: string;
  columns?: Record<string, string>;
}

/**
 * @param places receives the row of each picture, as a picture can be used once
 * @param indexes keeps the pictures of the folders that were searched
 */
function usableRows(
  { text, columns: roles, folder, ...source }: TableSource,
  places: Map<string, Place>,
  indexes: Map<string, PictureIndex>,
  findings: Findings,
): Found[] {
  const { columns, rows } = text;
  const { file: fileColumn, label, split, group } = roles;
  const othersOf = otherColumns(text, Object.values(roles));
  const { read, note } =
    split === undefined
      ? { read: () => source.subset, note: undefined }
      : splitReader(
          columns[split]!,
          rows.map((row) => row[split]!),
        );
  if (note !== undefined) findings.note(note);
  if (source.oneHot) findings.note(`each class is a column: ${source.oneHot.join(', ')}`);
  const resolvePath = resolver(folder, indexes);
  const wholeNumbers = label !== undefined && rows.every((row) => /^-?\d+(?:\.0+)?$|^$/.test(row[label]!)); // pandas writes 1 as 1.0 in a column with empty cells
  const found: Found[] = [];
  const several: string[] = [];
  for (const [i, row] of rows.entries()) {
    const path = row[fileColumn!]!;
    const subset = read(split === undefined ? '' : row[split]!);
    const likely = subset ?? source.likely;
    const where = `row ${i + 1}${source.name === undefined ? '' : ` of ${source.name}`}`;
    const { file, reason } =
      path === ''
        ? { file: where, reason: 'no path' }
        : subset === null
          ? { file: path, reason: `'${row[split!]}' is not train, validation or test` }
          : resolvePath(path, likely ?? undefined);
    const cell = label === undefined ? '' : row[label]!;
    const className = wholeNumbers ? cell.replace(/\.0+$/, '') : cell;
    const earlier = reason === undefined ? places.get(file) : undefined;
    const why = reason ?? (earlier && `is in ${earlier.where} already`);
    if (why !== undefined) {
      if (earlier && earlier.className !== '' && className !== '' && earlier.className !== className)
        several.push(`'${path}' (${earlier.className} and ${className})`);
      findings.skipped.push({ file: path === '' ? file : resolve(folder, file), reason: why });
      continue;
    }
    places.set(file, { where, className });
    const groupName = group === undefined ? '' : row[group]!;
    const others = othersOf(row);
    found.push({
      ...{ file, className },
      ...(subset && { subset }),
      ...(groupName && { group: groupName }),
      ...(others && { columns: others }),
    });
  }
  if (several.length > 0) {
    findings.warnings.push(
      `${counted(several.length, 'picture')} in the table with several classes, such as ${several[0]}: only the first class of a picture is used`,
    );
  }
  const empty = label === undefined ? 0 : found.filter(({ className }) => className === '').length;
  if (empty > 0 && empty < found.length)
    findings.note(
      `${counted(empty, 'picture')} without a class (the cell in '${columns[label!]}' is empty): not trained on`,
    );
  if (group !== undefined && plainName(columns[group]!) !== 'group') {
    const count = new Set(found.flatMap((one) => one.group ?? [])).size;
    findings.note(`pictures with the same '${columns[group]}' stay in one part of a split: ${count} groups`);
  }
  return found;
}

/** Finds the file of a path, or the reason why there is none. Folders are searched only when a path does not exist. */
function resolver(
  folder: string,
  indexes: Map<string, PictureIndex>,
): (path: string, likely: Subset | undefined) => { file: string; reason?: string } {
  return (path, likely) => {
    if (/^(?:https?|s3|gs|hf):\/\//i.test(path))
      return { file: path, reason: 'a web address: download the picture first' };
    const posix = path.replaceAll('\\', '/');
    for (const candidate of new Set([path, posix])) {
      const file = resolve(folder, candidate);
      if (existsSync(file) && statSync(file).isFile()) return { file, reason: unusableFile(file) };
    }
    let index = indexes.get(folder);
    if (!index) {
      index = new PictureIndex(folder, existsSync(folder) ? picturesBelow(folder, new Findings()) : []);
      indexes.set(folder, index);
    }
    const matches = likelyOnes(index.find(path), folder, likely);
    if (matches.length === 1) return { file: matches[0]!, reason: unusableFile(matches[0]!) };
    const file = isAbsolute(posix) ? posix : resolve(folder, posix);
    if (matches.length > 1) return { file, reason: `${matches.length} pictures have that name, such as ${matches[0]}` };
    return { file, reason: existsSync(file) ? unusableFile(file) : 'no such file' };
  };
}

/** Of pictures with the same name, those in a folder of the part: `1.jpg` in train.csv is `train/1.jpg` and not `test/1.jpg`. */
function likelyOnes(matches: readonly string[], folder: string, likely: Subset | undefined): readonly string[] {
  if (matches.length < 2) return matches;
  const parts = matches.map((file) => partOfFolders(relative(folder, file)));
  const inPart = matches.filter((_, i) => (likely === undefined ? parts[i] !== 'test' : parts[i] === likely));
  return inPart.length > 0 ? inPart : matches;
}

/** The part of a split that one of the folders of a path names: `train` for `data/train/cat/1.jpg`. */
export const partOfFolders = (path: string): Subset | undefined =>
  path
    .split(sep)
    .slice(0, -1)
    .map((name) => subsetOfFolder(name)?.subset)
    .find((subset) => subset !== undefined);

/** Where no column or table says the parts, but all pictures are in folders of parts, these are the parts. */
function takePartsOfFolders(found: readonly Found[], folder: string, findings: Findings): void {
  if (found.some(({ subset }) => subset !== undefined)) return;
  const parts = found.map(({ file }) => partOfFolders(relative(folder, file)));
  const distinct = new Set(parts);
  if (distinct.has(undefined) || !distinct.has('train') || distinct.size < 2) return;
  for (const [i, one] of found.entries()) one.subset = parts[i]!;
  findings.note(`the folders give the parts: ${[...distinct].join(', ')}`);
}

/** Sorted by value when all are numbers, so that class 10 comes after class 9; otherwise by name. */
function sortedClasses(names: string[]): string[] {
  return names.every((name) => /^-?\d+(?:\.\d+)?$/.test(name))
    ? names.sort((a, b) => Number(a) - Number(b))
    : names.sort();
}

/** The part that the name of a table says: `train` for train.csv and train_labels.csv. */
export function partOfTable(file: string): Subset | undefined {
  const stem = basename(file).replace(/\.[^.]+$/, '');
  return subsetOfFolder(stem.replace(/[_\- ]?(?:labels?|annotations?|metadata|meta|info)$/i, '') || stem)?.subset;
}
