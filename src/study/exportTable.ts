import { mkdirSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { arquero } from '../core/arquero';
import type { ColumnTable } from '../core/columnTable';
import { UserError } from '../core/errors';
import { csv } from '../core/escape/csv';
import { writeFileAtomically } from '../core/files';

const writers: Record<string, (table: ColumnTable) => Promise<Uint8Array | string> | Uint8Array | string> = {
  '.parquet': parquet,
  '.arrow': (table) => table.toArrowIPC({ format: 'file', types: Object.create(null) }), // without a prototype, so that a column may be called toString
  '.csv': tableCsv,
  '.json': (table) => `${JSON.stringify(table.objects(), null, 2)}\n`,
};

/**
 * Write a table to a file, in the format of the file's extension: `.parquet`, `.arrow` (IPC file), `.csv` or `.json`. Columns
 * of mixed types are written as text.
 *
 * @param table such as the `runs` or the `table` that `study` returned
 * @throws {UserError} if the extension is another
 *
 * @example
 * ```ts
 * import { existsSync } from 'node:fs';
 * import { studies } from 'tunebook';
 * await studies.exportTable(studies.loadStudy('study').runs, 'runs.parquet');
 * existsSync('runs.parquet'); // => true
 * ```
 */
export async function exportTable(table: ColumnTable, file: string): Promise<void> {
  const write = checkExport(file);
  const content = await write(withoutMixedColumns(table));
  mkdirSync(dirname(resolve(file)), { recursive: true });
  writeFileAtomically(file, content);
}

/** Check that the file's extension is a format that can be written. @throws {UserError} if not */
export function checkExport(file: string) {
  const write = writers[extname(file).toLowerCase()];
  if (write) return write;
  throw new UserError(`'${file}' must end in ${Object.keys(writers).join(', ')} to say which format to export`);
}

/** Unlike arquero's own writer, this one makes formulas harmless in spreadsheets. */
function tableCsv(table: ColumnTable): string {
  const names = table.columnNames();
  const rows = table.objects() as Record<string, string | number | boolean | null>[];
  return csv([names, ...rows.map((row) => names.map((name) => row[name]))]);
}

type Column = unknown[];
const present = (column: Column) => column.filter((value) => value !== null && value !== undefined);
const all = (column: Column, type: string) => present(column).every((value) => typeof value === type);

/** Parquet and Arrow have one type for a column, so an axis of numbers and words is written as words. */
function withoutMixedColumns(given: ColumnTable): ColumnTable {
  const columns = Object.fromEntries(
    given.columnNames().map((name) => {
      const column = Array.from(given.array(name)) as Column;
      const plain = ['number', 'string', 'boolean'].some((type) => all(column, type));
      return [
        name,
        plain ? column.map((value) => value ?? null) : column.map((value) => (value == null ? null : String(value))),
      ];
    }),
  );
  return arquero.table(columns, given.columnNames());
}

async function parquet(table: ColumnTable): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import('hyparquet-writer'); // an ES module
  const columnData = table.columnNames().map((name) => {
    const data = Array.from(table.array(name)) as Column;
    const type = all(data, 'number')
      ? ('DOUBLE' as const)
      : all(data, 'boolean')
        ? ('BOOLEAN' as const)
        : ('STRING' as const);
    return { name, data, type, nullable: true };
  });
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}
