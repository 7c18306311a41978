import { messageOf } from '../core/errors';
import { type CsvBounds, parseCsv } from '../core/escape/csv';
import { counted } from '../core/text';
import { readRunFile } from './readConfiguration';

/** The most bytes of a table: splitting a longer text takes gigabytes of memory. */
const LARGEST = 256 * 2 ** 20;
/** The most cells of a table; each takes some 50 bytes of memory. */
const MOST_CELLS = 2e7;
/** The most bytes of a number as JavaScript writes it, with its comma. */
const NUMBER = 26;
/** The most bytes of a path in quotes. */
const PATH = 8192;

export interface TableBounds {
  /** the most lines below the header */
  rows: number;
  /** the most bytes of text in a line, beside its numbers. Default: those of a path */
  words?: number;
}

/**
 * Read the rows below the header of a CSV file of a run folder; every row has a cell for each column. The folder may come from
 * anywhere, so the file's size is first compared with what its columns and the number of rows can need.
 *
 * @param header the expected names of the columns
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
  const names = 8 * header.join().length + PATH; // every character escaped, and a margin so that a wrong header can be quoted
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
    throw new Error(`its ${name} is not a table: ${messageOf(error)}`);
  }
}

/** The first names only: with a thousand classes the rest of the message would be lost among them. */
const listed = (names: readonly string[]) => [...names.slice(0, 8), ...(names.length > 8 ? ['...'] : [])].join(', ');
