import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { ColumnTable } from 'arquero';
import { arquero } from '../core/arquero';
import { messageOf, UserError } from '../core/errors';
import { withDefaults } from '../core/options';
import type { Dataset, Example, Skipped, Subset } from './dataset';
import { statusOf, unusable } from './findPictures';

export interface ImageTableOptions {
  /** what paths in the table are relative to; default the CSV file's folder, or the working directory for a table */
  folder?: string;
  /** column of paths; default the first of file, path, filename, image */
  file?: string;
  /** column of class names; default the first of label, class, category */
  label?: string;
  /** column that says train, validation or test; default the first of split, subset, set, if there is one */
  split?: string;
  /** column of groups; default group, if there is one */
  group?: string;
}

const NAMES = {
  file: ['file', 'path', 'filename', 'image'],
  label: ['label', 'class', 'category'],
  split: ['split', 'subset', 'set'],
  group: ['group'],
};
const SUBSETS: Record<string, Subset> = {
  ...{ train: 'train', training: 'train', validation: 'validation', valid: 'validation', val: 'validation' },
  ...{ test: 'test', testing: 'test' },
};

/**
 * Labelled pictures from a table with a row for each: its path, its class, and perhaps the part it belongs to and its group.
 * No picture is opened yet; rows that cannot be used are in {@link Dataset.skipped}. Rows without a class give
 * {@link Dataset.unlabelled}.
 *
 * @param table an arquero table, or a CSV file with a line of column names
 * @throws {UserError} if a column is missing, or not at least two classes are left
 */
export function imageTable(table: string | ColumnTable, options?: ImageTableOptions): Dataset {
  const given = withDefaults('imageTable', options, { folder: '', file: '', label: '', split: '', group: '' });
  const rows = typeof table === 'string' ? readCsv(table) : table;
  const folder = resolve(given.folder || (typeof table === 'string' ? dirname(table) : '.'));
  const columns = rows.columnNames();
  const column = (key: keyof typeof NAMES, needed: boolean): string | undefined => {
    const found = given[key] ? [given[key]] : NAMES[key];
    const name = found.find((candidate) => columns.includes(candidate));
    if (name === undefined && (needed || given[key])) {
      throw new UserError(
        `imageTable: no column ${found.map((candidate) => `'${candidate}'`).join(' or ')}; the columns are ${columns.join(', ')}: name the one with the ${key} by { ${key}: ... }`,
      );
    }
    return name;
  };
  const names = {
    file: column('file', true)!,
    label: column('label', true)!,
    split: column('split', false),
    group: column('group', false),
  };
  const skipped: Skipped[] = [];
  const found: { file: string; className: string; subset?: Subset; group?: string }[] = [];
  const places = new Map<string, number>();
  for (const [i, row] of (rows.objects() as Record<string, unknown>[]).entries()) {
    const cell = (name: string | undefined) => (name === undefined ? '' : String(row[name] ?? '').trim());
    const path = cell(names.file);
    const file = resolve(folder, path);
    const split = cell(names.split);
    const subset = SUBSETS[split.toLowerCase()];
    const reason = unusableRow(path, file, split, subset, places.get(file));
    if (reason !== undefined) {
      skipped.push({ file: path === '' ? `row ${i + 1}` : file, reason });
      continue;
    }
    places.set(file, i + 1);
    const group = cell(names.group);
    found.push({ file, className: cell(names.label), ...(subset && { subset }), ...(group && { group }) });
  }
  const labelled = found.filter(({ className }) => className !== '');
  const classes = [...new Set(labelled.map(({ className }) => className))].sort();
  if (classes.length < 2) {
    const has = classes.length === 0 ? 'no usable row with a label' : `rows of one class only, '${classes[0]}'`;
    const first = skipped[0] ? `; the first unusable one, ${skipped[0].file}: ${skipped[0].reason}` : '';
    throw new UserError(`imageTable: the table has ${has}, expected at least two classes${first}`);
  }
  const labelOf = new Map(classes.map((name, label) => [name, label]));
  const toExample = ({ className, ...rest }: (typeof found)[number]): Example => ({
    ...rest,
    label: labelOf.get(className) ?? -1,
  });
  const unlabelled = found.filter(({ className }) => className === '').map(toExample);
  return {
    folder,
    classes,
    examples: labelled.map(toExample),
    skipped,
    ...(unlabelled.length > 0 && { unlabelled }),
  };
}

function unusableRow(
  path: string,
  file: string,
  split: string,
  subset: Subset | undefined,
  earlier: number | undefined,
): string | undefined {
  if (path === '') return 'no path';
  if (split !== '' && subset === undefined) return `'${split}' is none of train, validation and test`;
  if (earlier !== undefined) return `is in row ${earlier} already`;
  const status = statusOf(file);
  return status ? unusable(basename(file), status) : 'no such file';
}

function readCsv(file: string): ColumnTable {
  if (!existsSync(file) || !statSync(file).isFile()) throw new UserError(`no file '${file}': give a CSV file`);
  try {
    return arquero.fromCSV(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''), { autoType: false }); // Excel begins with that mark
  } catch (error) {
    throw new UserError(`'${file}' is not readable as CSV: ${messageOf(error)}`);
  }
}
