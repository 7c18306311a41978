import { didYouMean } from '../core/didYouMean';
import { UserError } from '../core/errors';
import { hasPictureName } from './listFolder';

/** The meaning of a column in a table of pictures. */
export type Role = 'file' | 'label' | 'split' | 'group';

/** Usual column names, in lower case without spaces, dashes and underscores; the first one found is used. */
const NAMES: Record<Role, readonly string[]> = {
  file: [
    ...['file', 'path', 'filename', 'filepath', 'image', 'imagepath', 'imagename', 'imagefile', 'imagefilename'],
    ...[
      'img',
      'imgpath',
      'imgname',
      'imgfile',
      'picture',
      'photo',
      'fname',
      'imageid',
      'imgid',
      'idcode',
      'name',
      'id',
    ],
  ],
  label: [
    ...['label', 'class', 'category', 'labels', 'classname', 'labelname', 'target', 'classlabel', 'species', 'breed'],
    ...['diagnosis', 'dx', 'tag', 'tags', 'level', 'classid', 'labelid', 'categoryid', 'y'],
  ],
  split: [
    'split',
    'subset',
    'set',
    'part',
    'partition',
    'phase',
    'isvalid',
    'isval',
    'isvalidation',
    'valid',
    'istest',
    'istrain',
    'fold',
    'kfold',
  ],
  group: [
    ...['group', 'groupid', 'patient', 'patientid', 'subject', 'subjectid', 'person', 'personid', 'individual'],
    ...['individualid', 'case', 'caseid', 'lesion', 'lesionid', 'video', 'videoid', 'sequence', 'sequenceid'],
  ],
};

/** A column name for comparison: `Image_ID` and `image id` are equal. */
export const plainName = (name: string): string => name.toLowerCase().replace(/[\s_\-.]+/g, '');

/** Whether a text is a column name that {@link findColumns} knows. */
export const isColumnName = (text: string): boolean =>
  Object.values(NAMES).some((names) => names.includes(plainName(text)));

/** The column with the most usual name for a role. */
export const preferredColumn = (columns: readonly string[], role: Role): string | undefined =>
  NAMES[role]
    .map((name) => columns.find((column) => plainName(column) === name))
    .find((column) => column !== undefined);

/**
 * Find the columns of paths, classes, parts and groups in a table.
 *
 * @param columns their names
 * @param rows their cells, to recognize the column of paths when its name is unknown
 * @param given column names or numbers (from 1) given by the user, by role
 * @param needed roles that must be found
 * @param caller name of the function, for errors
 * @throws {UserError} when a given or needed column is missing; the message lists the columns
 */
export function findColumns(
  { columns, rows }: { columns: readonly string[]; rows: readonly (readonly string[])[] },
  given: Partial<Record<Role, string>>,
  needed: readonly Role[],
  caller: string,
): Partial<Record<Role, number>> {
  const found: Partial<Record<Role, number>> = {};
  const taken = () => Object.values(found);
  const listed = columns.map((name) => `'${name}'`).join(', ') || 'none';
  for (const [role, name] of Object.entries(given) as [Role, string][]) {
    const place = placeOf(columns, name);
    if (place < 0)
      throw new UserError(`${caller}: no column '${name}'; the columns are ${listed}${didYouMean(name, [...columns])}`);
    found[role] = place;
  }
  for (const role of Object.keys(NAMES) as Role[]) {
    if (found[role] !== undefined) continue;
    const place = NAMES[role]
      .map((name) => columns.findIndex((column, i) => plainName(column) === name && !taken().includes(i)))
      .find((i) => i >= 0);
    if (place !== undefined) found[role] = place;
  }
  if (found.file === undefined) {
    const some = rows.slice(0, 50);
    const place = columns.findIndex(
      (_, i) => !taken().includes(i) && some.length > 0 && some.every((row) => hasPictureName(row[i]!)),
    );
    if (place >= 0) found.file = place;
  }
  if (found.label === undefined && found.file !== undefined) {
    const left = columns.flatMap((_, i) => (taken().includes(i) ? [] : [i]));
    if (left.length === 1) found.label = left[0]!;
  }
  for (const role of needed) {
    if (found[role] !== undefined) continue;
    const options = role === 'file' ? ['file', '--file-column'] : [role, `--${role}-column`];
    throw new UserError(
      `${caller}: no column ${NAMES[role]
        .slice(0, 4)
        .map((name) => `'${name}'`)
        .join(
          ' or ',
        )} or similar; the columns are ${listed}: give the one with the ${role === 'file' ? 'paths of pictures' : 'classes'} as { ${options[0]}: ... } (${options[1]} NAME)`,
    );
  }
  return found;
}

function placeOf(columns: readonly string[], name: string): number {
  const exact = columns.indexOf(name);
  if (exact >= 0) return exact;
  const alike = columns.findIndex((column) => plainName(column) === plainName(name));
  return alike >= 0 || !/^\d+$/.test(name) || Number(name) > columns.length ? alike : Number(name) - 1;
}
