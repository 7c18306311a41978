import { printableLine } from './escape/printable';

/** Format a number with three significant digits, whole numbers with all their digits; `NaN` and `Infinity` stay as they are. */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6) return value.toExponential(2);
  return size >= 100 ? value.toFixed(1) : value.toPrecision(3);
}

/** Format a fraction from 0 to 1 as a percentage with one decimal, such as `87.3%`; `NaN` and `Infinity` stay as they are. */
export function formatShare(value: number | null | undefined): string {
  if (value === null || value === undefined) return '';
  return Number.isFinite(value) ? `${(100 * value).toFixed(1)}%` : String(value);
}

/** A count with its noun, such as `1 picture` or `2 pictures`; the plural of the noun ends in s. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The first names, and how many more there are, such as `a, b, c, d and 3 more`. */
export function listed(names: readonly string[], most = 4): string {
  if (names.length <= most + 1) return names.join(', ');
  return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}

/** A difference with its sign and three decimals, such as `+0.012`. */
export const signed = (value: number): string => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(3)}`;

/** The text with a capital letter at its beginning. */
export const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/**
 * Format rows of text as lines with aligned columns.
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
