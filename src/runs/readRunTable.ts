import { messageOf } from '../core/errors';
import { type CsvBounds, parseCsv } from '../core/escape/csv';
import { counted } from '../core/text';
import { readRunFile } from './readConfiguration';

/** Bytes of a table: a text of more takes gigabytes to split. */
const LARGEST = 256 * 2 ** 20;
/** Cells of a table, which take some 50 bytes each in memory. */
const MOST_CELLS = 2e7;
/** Bytes of a number as JavaScript writes it, and its comma. */
const NUMBER = 26;
/** Bytes of a path in quotes. */
const PATH = 8192;

export interface TableBounds {
  /** lines below the header */
  rows: number;
  /** bytes that the words of a line may have, beside its numbers; default: those of a path */
  words?: number;
}

/**
 * The rows under the header of a CSV file of a run, which may be a stranger's, each with a cell for each column. What it can
 * have by its columns and the rows that the configuration tells of is held against its size before it is read.
 *
 * @param header the names of its columns
 * @throws {Error} that says what is wrong with the file, and in which line
 */
export function readRunTable(
  folder: string,
  name: string,
  header: readonly string[],
  { rows, words = PATH }: TableBounds,
): string[][] {
  if (rows * header.length > MOST_CELLS) {
    throw new Error(
      `its ${name} would have ${rows} lines of ${counted(header.length, 'column')}: more than the ${MOST_CELLS} cells that are read`,
    );
  }
  const names = 8 * header.join().length + PATH; // with each character escaped, and room for another header to be named
  const text = readRunFile(folder, name, Math.min(LARGEST, names + rows * (words + NUMBER * header.length)));
  if (text.trim() === '') throw new Error(`its ${name} is empty, expected a line of column names: ${header[0]}, ...`);
  if (!text.endsWith('\n')) throw new Error(`its ${name} was cut short: its last line has no end`);
  const [found, ...lines] = split(name, text, { columns: header.length + 1, rows: rows + 2 });
  if (found!.join() !== header.join()) {
    throw new Error(`its ${name} begins with ${listed(found!)}, expected the columns ${listed(header)}`);
  }
  const odd = lines.findIndex((row) => row.length !== header.length);
  if (odd < 0) return lines;
  const columns = lines[odd]!.length;
  throw new Error(`its ${name} has ${counted(columns, 'column')} in line ${odd + 2}, expected ${header.length}`);
}

function split(name: string, text: string, bounds: CsvBounds): string[][] {
  try {
    return parseCsv(text, bounds);
  } catch (error) {
    throw new Error(`its ${name} is no table: ${messageOf(error)}`);
  }
}

/** A column of each of a thousand classes would hide what is said. */
const listed = (names: readonly string[]) => [...names.slice(0, 8), ...(names.length > 8 ? ['...'] : [])].join(', ');
