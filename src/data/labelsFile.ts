import { readdirSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { UserError } from '../core/errors';
import type { Findings } from './findPictures';
import { PictureIndex } from './pictureIndex';
import { readTable, type TextTable } from './readTable';
import { findColumns, isColumnName } from './tableColumns';
import { splitReader } from './tableSplits';

/** Names of the file beside class folders that gives the groups of pictures. */
const NAME = /^(?:labels|groups)\.(?:csv|tsv|txt)$/i;
/** Other tables there, which may give them, too. */
const OTHER = /^(?!corrections\.csv$).*\.(?:csv|tsv)$/i;
/** Of the rows of such a table, the part that must name pictures. */
const ENOUGH = 0.5;

/** Where the groups of pictures are looked for. */
export interface GroupFolders {
  /** the folder of the dataset */
  root: string;
  /** the folders with class folders in them: the same one, one in it, or one for each part */
  parts: readonly string[];
  /** absolute paths of all pictures */
  files: readonly string[];
  /** whether the folders say the parts of a split */
  hasParts: boolean;
}

/**
 * The groups of pictures from `labels.csv` (or `groups.csv`, .tsv, .txt) beside the class folders or above them: a table with a column of
 * paths and one of groups, such as `file` and `group` or `patient_id`. Without one, from another table there that has both columns and
 * names these pictures.
 *
 * @param findings receives a warning when a table names few of the pictures, and notes
 * @returns the group of a picture, by its absolute path
 * @throws {UserError} when it cannot be read, or no row names a picture: then the pictures of a patient could be in both training
 *   and validation
 */
export function groupsFromLabels(where: GroupFolders, findings: Findings): (file: string) => string | undefined {
  const groups = new Map<string, string>();
  for (const folder of foldersUpTo(where)) {
    const below = where.files.filter((file) => file.startsWith(folder + sep));
    const pictures = { folder, below, hasParts: where.hasParts };
    const names = readdirSync(folder).sort();
    const name = names.find((one) => NAME.test(one));
    const found =
      name === undefined
        ? names.filter((one) => OTHER.test(one)).map((one) => groupsOfOther(one, pictures, findings))
        : [groupsOf(name, pictures, findings)];
    for (const each of found) for (const [file, group] of each) if (!groups.has(file)) groups.set(file, group);
  }
  return (file) => groups.get(file);
}

/** The folders of the parts and those above them up to that of the dataset, the innermost first. */
function foldersUpTo({ root, parts }: GroupFolders): string[] {
  const folders = new Set<string>();
  for (const part of parts) {
    for (let folder = part; folder.startsWith(root); folder = dirname(folder)) {
      folders.add(folder);
      if (folder === root) break;
    }
  }
  return [...folders].sort((a, b) => b.length - a.length);
}

/** The pictures that a table may name. */
interface Pictures {
  folder: string;
  /** absolute paths */
  below: readonly string[];
  hasParts: boolean;
}

function groupsOf(name: string, pictures: Pictures, findings: Findings): Map<string, string> {
  const table = readTable(join(pictures.folder, name), isColumnName);
  if (table.rows.length === 0) {
    findings.warnings.push(`${name} is empty: no picture has a group`);
    return new Map();
  }
  const { file, group, split } = findColumns(table, {}, [], name);
  if (split !== undefined && file !== undefined) warnOfParts(name, table, split, pictures, findings);
  if (group === undefined || file === undefined) {
    const what = `${name} has no column of ${group === undefined ? "groups, such as 'group' or 'patient_id'" : "paths, such as 'file'"}; its columns are ${table.columns.join(', ')}`;
    if (/^groups/i.test(name)) throw new UserError(what);
    if (group !== undefined || (split === undefined && table.columns.length > 2))
      findings.warnings.push(`${what}: no picture has a group`);
    return new Map();
  }
  const { below, folder } = pictures;
  const { groups, unmatched, filled } = match(table, file, group, pictures);
  const example = `its first is '${table.rows[0]![file]}', a picture is '${relative(folder, below[0] ?? folder)}'`;
  if (filled > 0 && groups.size === 0) {
    throw new UserError(
      `none of the ${filled} rows of ${name} with a group names one picture of the folder (${example}): without groups, pictures of one person or thing could be in both training and validation`,
    );
  }
  const without = below.filter((path) => !groups.has(path)).map((path) => relative(folder, path));
  if (unmatched.length > 0.1 * filled) {
    findings.warnings.push(
      `${unmatched.length} of ${filled} rows of ${name} match no picture of the folder, or several, such as ${some(unmatched)}`,
    );
  }
  if (without.length > 0.1 * below.length) {
    findings.warnings.push(
      `${without.length} of ${below.length} pictures have no group in ${name}, such as ${some(without)}: they are split independently`,
    );
  }
  return groups;
}

/** The groups in a table of any name, if it has some and they are of these pictures. */
function groupsOfOther(name: string, pictures: Pictures, findings: Findings): Map<string, string> {
  try {
    const table = readTable(join(pictures.folder, name), isColumnName);
    const { file, group } = findColumns(table, {}, [], name);
    if (file === undefined || group === undefined) return new Map();
    const { groups, filled } = match(table, file, group, pictures);
    if (groups.size === 0 || groups.size < ENOUGH * filled) return new Map();
    const count = new Set(groups.values()).size;
    findings.note(
      `pictures with the same '${table.columns[group]}' in ${name} stay in one part of a split: ${groups.size} of ${pictures.below.length} pictures, ${count} groups`,
    );
    return groups;
  } catch (error) {
    if (error instanceof UserError) return new Map(); // it may be anything
    throw error;
  }
}

/** The groups of the pictures that rows name, and the rows that name none or several. */
function match(table: TextTable, file: number, group: number, { folder, below }: Pictures) {
  const byName = new Map(below.map((path) => [relative(folder, path), path]));
  const index = new PictureIndex('', [...byName.keys()]);
  const groups = new Map<string, string>();
  const unmatched: string[] = [];
  let filled = 0;
  for (const row of table.rows) {
    if (row[group] === '' || row[file] === '') continue;
    filled++;
    const exact = row[file]!.replaceAll('\\', '/').replace(/^\.\//, '');
    const matches = byName.has(exact) ? [exact] : index.find(row[file]!); // two names may differ in capital letters only
    if (matches.length === 1) groups.set(byName.get(matches[0]!)!, row[group]!);
    else unmatched.push(matches.length === 0 ? row[file]! : `${row[file]} (the name of ${matches.length} pictures)`);
  }
  return { groups, unmatched, filled };
}

/** Warn of a column of parts, which is not used where the folders say the classes. */
function warnOfParts(
  name: string,
  { columns, rows }: TextTable,
  split: number,
  pictures: Pictures,
  findings: Findings,
) {
  const { read } = splitReader(
    columns[split]!,
    rows.map((row) => row[split]!),
  );
  if (pictures.hasParts || !rows.some((row) => read(row[split]!))) return;
  findings.warnings.push(
    `${name} says parts of a split (column '${columns[split]}'), which are not used where folders say the classes: give the table itself (--data ${name}), if it has the classes, too`,
  );
}

const some = (names: readonly string[]) =>
  names
    .slice(0, 3)
    .map((name) => `'${name}'`)
    .join(', ');
