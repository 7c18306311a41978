import { escapeHtml } from '../core/escape/html';
import { alignColumns } from '../core/text';

/** The methods of an arquero table that are used. Tables are recognized by them, as arquero may be loaded more than once. */
interface Table {
  numRows(): number;
  columnNames(): string[];
  objects(options: { limit: number }): Record<string, unknown>[];
}

/** The most rows that are shown; the others are counted. */
const shown = 20;
/** The most characters of a cell in text; in HTML cells wrap. */
const widest = 60;

/** Whether a value is an arquero table. */
export function isTable(value: object): value is Table {
  return ['numRows', 'columnNames', 'objects', 'numCols'].every(
    (method) => typeof (value as Record<string, unknown>)[method] === 'function',
  );
}

/** A table as HTML: at most 20 rows, numbers aligned to the right and rounded for their column. */
export function tableHtml(table: Table): string {
  const { columns, more } = shownPart(table);
  const style = ({ numeric }: Column) => ` style="text-align: ${numeric ? 'right' : 'left'}"`;
  const head = columns.map((column) => `<th scope="col"${style(column)}>${escapeHtml(column.name)}</th>`).join('');
  const rows = (columns[0]?.cells ?? []).map((_, row) => {
    const cells = columns.map((column) => `<td${style(column)}>${escapeHtml(column.cells[row]!)}</td>`).join('');
    return `<tr>${cells}</tr>`;
  });
  const html = `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return more ? `${html}<p>${more}</p>` : html;
}

/** A table as lines of text, with the same rows and numbers as in HTML. */
export function tableText(table: Table): string {
  const { columns, more } = shownPart(table);
  if (columns.length === 0) return 'a table without columns';
  const cut = (text: string) => (text.length > widest ? `${text.slice(0, widest - 1)}…` : text);
  const rows = columns[0]!.cells.map((_, row) => columns.map(({ cells }) => cut(cells[row]!)));
  const lines = alignColumns(
    [columns.map(({ name }) => cut(name)), ...rows],
    columns.map(({ numeric }) => numeric),
  );
  return more ? `${lines}\n${more}` : lines;
}

interface Column {
  name: string;
  numeric: boolean;
  cells: string[];
}

function shownPart(table: Table): { columns: Column[]; more: string } {
  const rows = table.objects({ limit: shown }); // in the table's order, without filtered rows
  const columns = table.columnNames().map((name): Column => {
    const values = rows.map((row) => row[name]);
    const present = values.filter((value) => value !== null && value !== undefined);
    const numeric = present.length > 0 && present.every((value) => ['number', 'bigint'].includes(typeof value));
    const format = numeric ? numberFormat(present.filter((value) => typeof value === 'number')) : formatCell;
    return {
      name,
      numeric,
      cells: values.map((value) => (typeof value === 'number' ? format(value) : formatCell(value))),
    };
  });
  const left = table.numRows() - rows.length;
  return { columns, more: left > 0 ? `... ${left} more row${left === 1 ? '' : 's'}` : '' };
}

/** A format with the same number of decimals for a whole column: three digits of its smallest number, at most seven of its largest. */
export function numberFormat(values: readonly number[]): (value: unknown) => string {
  const sizes = values.filter((value) => value !== 0 && Number.isFinite(value)).map(Math.abs);
  const [smallest, largest] = [Math.min(...sizes), Math.max(...sizes)];
  if (sizes.length === 0 || sizes.every(Number.isInteger)) return String;
  if (smallest < 1e-5 || largest >= 1e15) {
    return (value) => (value === 0 ? '0' : Number.isFinite(value) ? Number(value).toExponential(2) : String(value));
  }
  const written = Math.max(...sizes.map((size) => (String(size).split('.')[1] ?? '').length));
  const exponent = (size: number) => Math.floor(Math.log10(size));
  const decimals = Math.max(0, Math.min(written, 2 - exponent(smallest), 6 - exponent(largest)));
  return (value) => (Number.isFinite(value) ? Number(value).toFixed(decimals) : String(value));
}

function formatCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return Number.isNaN(value.valueOf()) ? 'Invalid Date' : value.toISOString();
  if (typeof value === 'object')
    return JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? String(part) : part));
  return String(value);
}
