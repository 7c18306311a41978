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

/** Options of {@link imageTable}. Columns are given by name, or by number from 1. */
export interface ImageTableOptions {
  /**
   * Folder that paths in the table are relative to. Default: the folder of the file; for an arquero table the
   * working directory
   */
  folder?: string;
  /** Column of paths. Default: one named file, path, filename, image, image_id, ... */
  file?: string;
  /** Column of class names. Default: one named label, class, category, target, ..., or the only other column */
  label?: string;
  /**
   * Column that says train, validation or test, or yes and no (is_valid), or a fold. Default: one with such a
   * name, if there is one
   */
  split?: string;
  /** Column of groups. Default: one named group, patient_id, subject, ..., if there is one */
  group?: string;
}

/**
 * Read labelled pictures from a table with one row for each: its path, its class, and optionally its part of the split and its
 * group.
 *
 * A path that does not exist is searched for in all folders below, by its last components and without its extension, as tables
 * often come from other machines. Pictures are not opened yet; rows that cannot be used are listed in {@link Dataset.skipped}, and
 * pictures of rows without a class in {@link Dataset.unlabelled}.
 *
 * @param table an arquero table, or the path of a file with comma-, semicolon- or tab-separated values
 * @throws {UserError} when the file or a column is missing, or fewer than two classes are left
 *
 * @example
 * ```ts
 * import { imageTable } from 'tunebook';
 *
 * const dataset = imageTable('labels.csv', { label: 'label' });
 * dataset.classes; // => [ 'bicycle', 'cat', 'tree' ]
 * dataset.examples.length; // => 24
 * ```
 */
export function imageTable(table: string | ColumnTable, options?: ImageTableOptions): Dataset {
  const given = withDefaults('imageTable', options, { folder: '', file: '', label: '', split: '', group: '' });
  const folder = resolve(given.folder || (typeof table === 'string' ? dirname(table) : '.'));
  if (given.folder !== '' && !existsSync(folder))
    throw new UserError(`no folder '${given.folder}': give the folder with the pictures`);
  const names = Object.entries(given).filter(([key, name]) => key !== 'folder' && name !== '') as [Role, string][];
  const text = typeof table === 'string' ? fromFile(table, names) : fromArquero(table);
  const columns = findColumns(text, Object.fromEntries(names), ['file', 'label'], 'imageTable');
  const findings = new Findings();
  const found = usableRows(text, columns, folder, findings);
  if (columns.group !== undefined && plainName(text.columns[columns.group]!) !== 'group') {
    const count = new Set(found.flatMap(({ group }) => group ?? [])).size;
    findings.note(
      `pictures with the same '${text.columns[columns.group]}' stay in one part of a split: ${count} groups`,
    );
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
    ...findings.messages(),
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
  const wholeNumbers = rows.every((row) => /^-?\d+(?:\.0+)?$|^$/.test(row[label!]!)); // pandas writes 1 as 1.0 in a column with empty cells
  const places = new Map<string, number>();
  const found: Found[] = [];
  for (const [i, row] of rows.entries()) {
    const path = row[fileColumn!]!;
    const subset = split === undefined ? undefined : read(row[split]!);
    const { file, reason } =
      path === ''
        ? { file: `row ${i + 1}`, reason: 'no path' }
        : subset === null
          ? { file: path, reason: `'${row[split!]}' is not train, validation or test` }
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

/** Finds the file of a path, or the reason why there is none. Folders are searched only when a path does not exist. */
function resolver(folder: string): (path: string) => { file: string; reason?: string } {
  let index: PictureIndex | undefined;
  return (path) => {
    if (/^(?:https?|s3|gs):\/\//i.test(path))
      return { file: path, reason: 'a web address: download the picture first' };
    const posix = path.replaceAll('\\', '/');
    for (const candidate of new Set([path, posix])) {
      const file = resolve(folder, candidate);
      if (existsSync(file) && statSync(file).isFile()) return { file, reason: unusableFile(file) };
    }
    index ??= new PictureIndex(folder, existsSync(folder) ? picturesBelow(folder, new Findings()) : []);
    const matches = index.find(path);
    if (matches.length === 1) return { file: matches[0]!, reason: unusableFile(matches[0]!) };
    const file = isAbsolute(posix) ? posix : resolve(folder, posix);
    if (matches.length > 1) return { file, reason: `${matches.length} pictures have that name, such as ${matches[0]}` };
    return { file, reason: existsSync(file) ? unusableFile(file) : 'no such file' };
  };
}

/** Sorted by value when all are numbers, so that class 10 comes after class 9; otherwise by name. */
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
