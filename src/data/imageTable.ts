import { existsSync, statSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import type { ColumnTable } from '../core/columnTable';
import { UserError } from '../core/errors';
import { withDefaults } from '../core/options';
import type { Dataset, Example, Subset } from './dataset';
import { Findings, picturesBelow, unusableFile } from './findPictures';
import { PictureIndex } from './pictureIndex';
import { readTable, type TextTable } from './readTable';
import { findColumns, isColumnName, plainName, type Role } from './tableColumns';
import { splitReader } from './tableSplits';
import { uniteNames } from './uniteNames';

export interface ImageTableOptions {
  /** what paths in the table are relative to; default the file's folder, or the working directory for a table */
  folder?: string;
  /** column of paths, by its name or number (from 1); default one called file, path, filename, image, image_id, ... */
  file?: string;
  /** column of class names; default one called label, class, category, target, ..., or the only other one */
  label?: string;
  /** column that says train, validation or test (or is_valid, or a fold); default one called so, if there is one */
  split?: string;
  /** column of groups; default one called group, patient_id, subject, ..., if there is one */
  group?: string;
}

/**
 * Labelled pictures from a table with a row for each: its path, its class, and perhaps the part it belongs to and its group.
 * Names of columns may be in any letters, paths of any system; a path that is not there is looked for by its last names, also
 * without its ending, in all folders below. No picture is opened yet; rows that cannot be used are in {@link Dataset.skipped}.
 * Rows without a class give {@link Dataset.unlabelled}.
 *
 * @param table an arquero table, or a file of comma-, semicolon- or tab-separated values
 * @example imageTable('train.csv', { folder: 'train_images', label: 'breed' })
 * @throws {UserError} if a column is missing, or not at least two classes are left
 */
export function imageTable(table: string | ColumnTable, options?: ImageTableOptions): Dataset {
  const given = withDefaults('imageTable', options, { folder: '', file: '', label: '', split: '', group: '' });
  const folder = resolve(given.folder || (typeof table === 'string' ? dirname(table) : '.'));
  if (given.folder !== '' && !existsSync(folder))
    throw new UserError(`no folder '${given.folder}': give the one with the pictures`);
  const names = Object.entries(given).filter(([key, name]) => key !== 'folder' && name !== '') as [Role, string][];
  const text = typeof table === 'string' ? fromFile(table, names) : fromArquero(table);
  const columns = findColumns(text, Object.fromEntries(names), ['file', 'label'], 'imageTable');
  const findings = new Findings();
  const found = usableRows(text, columns, folder, findings);
  if (columns.group !== undefined && plainName(text.columns[columns.group]!) !== 'group') {
    const count = new Set(found.flatMap(({ group }) => group ?? [])).size;
    findings.note(`pictures of one '${text.columns[columns.group]}' stay on one side of a split: ${count} groups`);
  }
  const labelled = found.filter(({ className }) => className !== '');
  const { classOf, warnings } = uniteNames([[...new Set(labelled.map(({ className }) => className))]], 'rows');
  findings.warnings.push(...warnings);
  const classes = sortedClasses([...new Set(classOf.values())]);
  const { skipped } = findings;
  if (classes.length < 2) {
    const has = classes.length === 0 ? 'no usable row with a label' : `rows of one class only, '${classes[0]}'`;
    const first = skipped[0] ? `; the first unusable one, ${skipped[0].file}: ${skipped[0].reason}` : '';
    throw new UserError(`imageTable: the table has ${has}, expected at least two classes${first}`);
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
    ...findings.told(),
    ...(unlabelled.length > 0 && { unlabelled }),
  };
}

interface Found {
  file: string;
  className: string;
  subset?: Subset;
  group?: string;
}

function usableRows(
  { columns, rows }: TextTable,
  { file: fileColumn, label, split, group }: Partial<Record<Role, number>>,
  folder: string,
  findings: Findings,
): Found[] {
  const { read, note } =
    split === undefined
      ? { read: () => undefined, note: undefined }
      : splitReader(
          columns[split]!,
          rows.map((row) => row[split]!),
        );
  if (note !== undefined) findings.note(note);
  const resolvePath = resolver(folder);
  const wholeNumbers = rows.every((row) => /^-?\d+(?:\.0+)?$|^$/.test(row[label!]!)); // pandas writes 1 as 1.0 beside blanks
  const places = new Map<string, number>();
  const found: Found[] = [];
  for (const [i, row] of rows.entries()) {
    const path = row[fileColumn!]!;
    const subset = split === undefined ? undefined : read(row[split]!);
    const { file, reason } =
      path === ''
        ? { file: `row ${i + 1}`, reason: 'no path' }
        : subset === null
          ? { file: path, reason: `'${row[split!]}' is none of train, validation and test` }
          : resolvePath(path);
    const why = reason ?? (places.has(file) ? `is in row ${places.get(file)} already` : undefined);
    if (why !== undefined) {
      findings.skipped.push({ file: path === '' ? file : resolve(folder, file), reason: why });
      continue;
    }
    places.set(file, i + 1);
    const className = wholeNumbers ? row[label!]!.replace(/\.0+$/, '') : row[label!]!;
    const groupName = group === undefined ? '' : row[group]!;
    found.push({ file, className, ...(subset && { subset }), ...(groupName && { group: groupName }) });
  }
  return found;
}

/** Finds the file of a path, and says why there is none. Folders are looked through only when a path is not there. */
function resolver(folder: string): (path: string) => { file: string; reason?: string } {
  let index: PictureIndex | undefined;
  return (path) => {
    if (/^(?:https?|s3|gs):\/\//i.test(path)) return { file: path, reason: 'an address: download the picture first' };
    const posix = path.replaceAll('\\', '/');
    for (const candidate of new Set([path, posix])) {
      const file = resolve(folder, candidate);
      if (existsSync(file) && statSync(file).isFile()) return { file, reason: unusableFile(file) };
    }
    index ??= new PictureIndex(folder, existsSync(folder) ? picturesBelow(folder, new Findings()) : []);
    const matches = index.find(path);
    if (matches.length === 1) return { file: matches[0]!, reason: unusableFile(matches[0]!) };
    const file = isAbsolute(posix) ? posix : resolve(folder, posix);
    if (matches.length > 1)
      return { file, reason: `there are ${matches.length} pictures of that name, such as ${matches[0]}` };
    return { file, reason: existsSync(file) ? unusableFile(file) : 'no such file' };
  };
}

/** Numbers by size, so that class 10 comes after class 9; all else by name. */
function sortedClasses(names: string[]): string[] {
  return names.every((name) => /^-?\d+(?:\.\d+)?$/.test(name))
    ? names.sort((a, b) => Number(a) - Number(b))
    : names.sort();
}

function fromFile(file: string, given: readonly [Role, string][]): TextTable {
  if (!existsSync(file) || !statSync(file).isFile()) throw new UserError(`no file '${file}': give a CSV file`);
  const names = new Set(given.map(([, name]) => plainName(name)));
  const text = readTable(file, (name) => isColumnName(name) || names.has(plainName(name)));
  if (text.rows.length === 0)
    throw new UserError(`'${file}' has no rows: expected a line for each picture, with its path and class`);
  return text;
}

function fromArquero(table: ColumnTable): TextTable {
  const columns = table.columnNames();
  const rows = (table.objects() as Record<string, unknown>[]).map((row) =>
    columns.map((name) => String(row[name] ?? '').trim()),
  );
  return { columns, rows };
}
