import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ColumnTable } from '../core/columnTable';
import { UserError } from '../core/errors';
import { withDefaults } from '../core/options';
import type { Dataset } from './dataset';
import { withColumns } from './oneHot';
import { readTable, type TextTable } from './readTable';
import { isColumnName, plainName, type Role } from './tableColumns';
import { partOfTable, type TableSource, tableDataset } from './tableDataset';

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
 * pictures of rows without a class in {@link Dataset.unlabelled}. Other columns of numbers or of few different texts (such as the
 * camera) are kept in {@link Example.columns}, to evaluate a model by them.
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
  if (typeof table === 'string') {
    return tableDataset([textSource(table, Object.fromEntries(names), folder)], folder, 'imageTable');
  }
  const text = fromArquero(table);
  const source = withColumns(text, Object.fromEntries(names), ['file', 'label'], 'imageTable');
  return tableDataset([{ ...source, folder }], folder, 'imageTable');
}

/**
 * Read a text file with a table of pictures.
 *
 * @param given column names or numbers by role
 * @param needed roles that must be found
 * @throws {UserError} when it cannot be read, has no rows, or lacks a column
 */
export function textSource(
  file: string,
  given: Partial<Record<Role, string>>,
  folder = dirname(resolve(file)),
  needed: readonly Role[] = ['file', 'label'],
): TableSource {
  const text = fromFile(file, Object.values(given));
  return { ...withColumns(text, given, needed, 'imageTable'), folder, likely: partOfTable(file) };
}

function fromFile(file: string, given: readonly string[]): TextTable {
  if (!existsSync(file) || !statSync(file).isFile()) throw new UserError(`no file '${file}': give a CSV file`);
  if (/\.(?:jsonl|ndjson|parquet|pq)$/i.test(file))
    throw new UserError(`'${file}' is not a text table: open it with \`await openDataset(...)\``);
  const names = new Set(given.map(plainName));
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
