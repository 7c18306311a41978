import { printableLine } from './escape/printable';

/** A number for people: three significant digits, or as many as whole numbers need; `NaN` and `Infinity` as they are. */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6) return value.toExponential(2);
  return size >= 100 ? value.toFixed(1) : value.toPrecision(3);
}

/** A fraction of 1 as a percentage with one decimal, `87.3%`; text for what isn't a number. */
export function formatShare(value: number | null | undefined): string {
  if (value === null || value === undefined) return '';
  return Number.isFinite(value) ? `${(100 * value).toFixed(1)}%` : String(value);
}

/** `1 picture`, `2 pictures`: a count with its noun, which takes a plain s. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/**
 * Lines of text in columns of equal width.
 *
 * @param rows the cells, the header first
 * @param right whether each column is aligned to the right, as numbers are
 */
export function alignColumns(rows: readonly (readonly string[])[], right: readonly boolean[]): string {
  const lines = rows.map((row) => row.map(printableLine)); // a name with a line break stays one cell
  const widths = right.map((_, c) => lines.reduce((widest, row) => Math.max(widest, row[c]!.length), 0));
  return lines
    .map((row) => row.map((cell, c) => (right[c] ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!))).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}
