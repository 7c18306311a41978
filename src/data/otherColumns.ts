import type { TextTable } from './readTable';

/** The most columns that are kept. */
const MOST_COLUMNS = 50;
/** A column with more different texts than this tells pictures apart instead of dividing them, as names and captions do. */
const MOST_TEXTS = 200;
/** The most characters of a cell, and of the name of a column. */
const LONGEST = 200;

/**
 * The columns of a table that divide its pictures, such as the camera or the place: those of numbers, and those of few different
 * texts.
 *
 * @param taken columns that already have a meaning: paths, classes, ...
 * @returns the cells of a row that are not empty, by the name of the column; undefined where there are none
 */
export function otherColumns(
  { columns, rows }: TextTable,
  taken: readonly number[],
): (row: readonly string[]) => Record<string, string> | undefined {
  const kept = columns
    .map((name, place) => ({ name, place }))
    .filter(({ name, place }) => !taken.includes(place) && name !== '__proto__' && name.length <= LONGEST)
    .filter(({ place }) => divides(rows, place))
    .slice(0, MOST_COLUMNS);
  return (row) => {
    const cells = kept.flatMap(({ name, place }) => (row[place] ? [[name, row[place]] as const] : []));
    return cells.length > 0 ? Object.fromEntries(cells) : undefined;
  };
}

function divides(rows: readonly (readonly string[])[], place: number): boolean {
  const texts = new Set<string>();
  let numbers = true;
  for (const row of rows) {
    const cell = row[place] ?? '';
    if (cell === '') continue;
    if (cell.length > LONGEST) return false;
    numbers &&= Number.isFinite(Number(cell));
    if (texts.size <= MOST_TEXTS) texts.add(cell);
    if (!numbers && texts.size > MOST_TEXTS) return false;
  }
  return texts.size > 1;
}
