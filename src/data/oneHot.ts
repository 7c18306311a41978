import type { TextTable } from './readTable';
import { findColumns, isColumnName, type Role } from './tableColumns';
import type { TableSource } from './tableDataset';

const YES = /^1(?:\.0+)?$/;
const NO = /^0(?:\.0+)?$/;

/**
 * A table with a column for each class (one-hot: 1 for the class of the picture, 0 for the others), as a table with one column of
 * classes. Any other table stays as it is.
 *
 * @returns the table, and the columns that are classes
 */
function withClassColumn(table: TextTable): { table: TextTable; classes: string[] } {
  const { columns, rows } = table;
  const places = columns.flatMap((name, i) => {
    return !isColumnName(name) && rows.every((row) => YES.test(row[i]!) || NO.test(row[i]!)) ? [i] : [];
  });
  const ofRow = (row: readonly string[]) => places.filter((i) => YES.test(row[i]!));
  const isOneHot = rows.length > 1 && places.length > 1 && rows.every((row) => ofRow(row).length === 1);
  if (!isOneHot) return { table, classes: [] };
  return {
    table: {
      columns: [...columns, LABEL],
      rows: rows.map((row) => [...row, columns[ofRow(row)[0]!]!]),
    },
    classes: places.map((i) => columns[i]!),
  };
}

/** The name of the column that is added. */
const LABEL = 'class of the columns';

/**
 * Find the columns of a table, as {@link findColumns}; where none has the classes, but each class has a column, one is added.
 *
 * @returns the table, the places of its columns, and the names of the columns that are classes, if they are
 */
export function withColumns(
  text: TextTable,
  given: Partial<Record<Role, string>>,
  needed: readonly Role[],
  caller: string,
): Pick<TableSource, 'text' | 'columns' | 'oneHot'> {
  const found = findColumns(
    text,
    given,
    needed.filter((role) => role !== 'label'),
    caller,
  );
  if (found.label !== undefined) return { text, columns: found };
  const { table, classes } = withClassColumn(text);
  if (classes.length === 0) return { text, columns: findColumns(text, given, needed, caller) };
  return { text: table, columns: { ...found, label: table.columns.length - 1 }, oneHot: classes };
}
