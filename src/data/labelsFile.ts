import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../core/errors';
import type { Findings } from './findPictures';
import { PictureIndex } from './pictureIndex';
import { readTable } from './readTable';
import { findColumns, isColumnName } from './tableColumns';

/** Names of the file next to class folders that gives the groups of pictures. */
const NAME = /^(?:labels|groups)\.(?:csv|tsv|txt)$/i;

/**
 * The groups of pictures from `labels.csv` (or `groups.csv`, .tsv, .txt) in a folder: a table with a column of paths and one of
 * groups, such as `file` and `group` or `patient_id`.
 *
 * @param paths paths of all pictures, relative to the folder
 * @param findings receives a warning when the table names few of the pictures
 * @throws {UserError} when it cannot be read, or no row names a picture: then the pictures of a patient could be in both training
 *   and validation
 */
export function groupsFromLabels(
  root: string,
  paths: readonly string[],
  findings: Findings,
): (path: string) => string | undefined {
  const name = readdirSync(root)
    .sort()
    .find((one) => NAME.test(one));
  if (name === undefined) return () => undefined;
  const table = readTable(join(root, name), isColumnName);
  if (table.rows.length === 0) {
    findings.warnings.push(`${name} is empty: no picture has a group`);
    return () => undefined;
  }
  const { file, group } = findColumns(table, {}, [], name);
  if (group === undefined || file === undefined) {
    const what = `${name} has no column of ${group === undefined ? "groups, such as 'group' or 'patient_id'" : "paths, such as 'file'"}; its columns are ${table.columns.join(', ')}`;
    if (/^groups/i.test(name)) throw new UserError(what);
    if (group !== undefined || table.columns.length > 2) findings.warnings.push(`${what}: no picture has a group`);
    return () => undefined;
  }
  const index = new PictureIndex('', paths);
  const groups = new Map<string, string>();
  const unmatched: string[] = [];
  let filled = 0;
  for (const row of table.rows) {
    if (row[group] === '' || row[file] === '') continue;
    filled++;
    const matches = index.find(row[file]!);
    if (matches.length === 1) groups.set(matches[0]!, row[group]!);
    else unmatched.push(matches.length === 0 ? row[file]! : `${row[file]} (the name of ${matches.length} pictures)`);
  }
  const example = `its first is '${table.rows[0]![file]}', a picture is '${paths[0]}'`;
  if (filled > 0 && groups.size === 0) {
    throw new UserError(
      `none of the ${filled} rows of ${name} with a group names one picture of the folder (${example}): without groups, pictures of one person or thing could be in both training and validation`,
    );
  }
  const without = paths.filter((path) => !groups.has(path));
  if (unmatched.length > 0.1 * filled) {
    findings.warnings.push(
      `${unmatched.length} of ${filled} rows of ${name} match no picture of the folder, or several, such as ${some(unmatched)}`,
    );
  }
  if (without.length > 0.1 * paths.length) {
    findings.warnings.push(
      `${without.length} of ${paths.length} pictures have no group in ${name}, such as ${some(without)}: they are split independently`,
    );
  }
  return (path) => groups.get(path);
}

const some = (names: readonly string[]) =>
  names
    .slice(0, 3)
    .map((name) => `'${name}'`)
    .join(', ');
