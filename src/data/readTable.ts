import { messageOf, UserError } from '../core/errors';
import { readBounded } from '../core/readBounded';
import { hasPictureName } from './listFolder';

/** The largest table in bytes: about ten million rows. */
const LARGEST = 2 ** 28;

/** A table of text. */
export interface TextTable {
  /** column names; `column 1`, ... when the file has no header */
  columns: string[];
  /** one cell for each column, trimmed */
  rows: string[][];
}

/**
 * Read a table of any usual format: UTF-8, UTF-16 or Windows-1252, with or without a byte order mark; separated by commas,
 * semicolons, tabs or vertical bars, or by spaces before the last cell, or by what the first line says (`sep=;`); with or without a
 * header. Blank lines are ignored.
 *
 * @param named whether a text is a known column name, also if it looks like the name of a picture
 * @throws {UserError} when it cannot be read
 */
export function readTable(file: string, named: (name: string) => boolean): TextTable {
  let text: string;
  try {
    text = decodeText(readBounded(file, { largest: LARGEST })).replace(/\r\n?/g, '\n');
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`'${file}' is not readable as a table: ${messageOf(error)}`);
  }
  const [told = '', delimiter] = /^"?sep=(.)"?\n/i.exec(text) ?? []; // the first line of tables for Excel
  const lines = splitRows(text.slice(told.length), delimiter).filter((row) => row.some((cell) => cell !== ''));
  const width = Math.max(0, ...lines.slice(0, 1000).map((row) => row.length));
  const first = lines[0] ?? [];
  const padded = (row: readonly string[]) => Array.from({ length: width }, (_, i) => row[i] ?? '');
  // classes may be called as columns usually are, such as 'person' or 'image': a first line that names a picture is no header
  const isHeader = !first.some((cell) => hasPictureName(cell) && !named(cell));
  if (isHeader)
    return { columns: padded(first).map((name, i) => name || `column ${i + 1}`), rows: lines.slice(1).map(padded) };
  return { columns: Array.from({ length: width }, (_, i) => `column ${i + 1}`), rows: lines.map(padded) };
}

function decodeText(bytes: Buffer): string {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (a === 0xfe && b === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  const start = bytes.subarray(0, 1000);
  const zeros = [0, 1].map((parity) => start.filter((byte, i) => byte === 0 && i % 2 === parity).length);
  if (zeros[0]! + zeros[1]! > start.length / 4) {
    return new TextDecoder(zeros[1]! > zeros[0]! ? 'utf-16le' : 'utf-16be').decode(bytes);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes); // also removes a byte order mark
  } catch {
    return new TextDecoder('windows-1252').decode(bytes); // as Excel writes in much of Europe
  }
}

const DELIMITERS = [',', ';', '\t', '|'];

function splitRows(text: string, told?: string): string[][] {
  const start = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, 50);
  const delimiter = told ?? delimiterOf(start);
  if (delimiter !== undefined) return cellsOf(text, delimiter).map((row) => row.map(unquoted));
  // `a/1.jpg 0`: the path may contain spaces, the class does not
  const inTwo = start.length > 0 && start.every((line) => /\S\s+\S+\s*$/.test(line));
  return text
    .split('\n')
    .map((line) => (inTwo ? (/^\s*(.*\S)\s+(\S+)\s*$/.exec(line)?.slice(1) ?? []) : [line]).map(unquoted));
}

const unquoted = (cell: string) =>
  cell
    .trim()
    .replace(/^"(.*)"$/s, '$1')
    .trim();

/** The delimiter that divides the first lines into equally many cells, two or more; of several the one with most cells. */
function delimiterOf(lines: readonly string[]): string | undefined {
  let best: { delimiter: string; cells: number } | undefined;
  for (const delimiter of DELIMITERS) {
    const counts = lines.map((line) => cellsOf(line, delimiter)[0]?.length ?? 0);
    const cells = counts[0] ?? 0;
    const even = counts.filter((count) => count === cells).length >= 0.9 * counts.length;
    if (cells > 1 && even && cells > (best?.cells ?? 1)) best = { delimiter, cells };
  }
  return best?.delimiter ?? DELIMITERS.find((delimiter) => lines.length > 0 && lines[0]!.includes(delimiter));
}

/** Rows of cells, tolerant of errors: an unclosed quote is text, and rows may have different numbers of cells. */
function cellsOf(text: string, delimiter: string): string[][] {
  const d = delimiter.replace(/[|\\^$.*+?()[\]{}-]/, '\\$&');
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, cell, end] of text.matchAll(
    new RegExp(`("(?:[^"]|"")*"(?=\\s*(?:${d}|\\n|$))|[^${d}\\n]*)[^\\S\\n${d}]*(${d}|\\n|$)`, 'g'),
  )) {
    if (end === '' && cell === '' && row.length === 0) break; // after the last line end
    row.push(
      cell!.startsWith('"') && cell!.endsWith('"') && cell!.length > 1
        ? cell!.slice(1, -1).replaceAll('""', '"')
        : cell!,
    );
    if (end === delimiter) continue;
    rows.push(row);
    row = [];
    if (end === '') break;
  }
  return rows;
}
