import { closeSync, createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { messageOf, UserError } from '../../core/errors';
import { openBounded, parseJson } from '../../core/readBounded';
import { mayHoldPicture, type RecordFile } from './recordFile';

/** The largest file in bytes. */
const LARGEST = 2 ** 34;
/** The most rows. */
const MOST_ROWS = 10_000_000;
/** The most columns: more are a file of another kind. */
const MOST_COLUMNS = 1000;

/**
 * Read JSON Lines: an object in each line.
 *
 * @throws {UserError} when it cannot be read, is empty, or a line is not an object
 */
export async function readJsonLines(file: string): Promise<RecordFile> {
  const columns = new Set<string>();
  const lists = new Set<string>();
  const pictures = new Set<string>();
  for await (const row of rowsOf(file)) {
    for (const [name, value] of Object.entries(row)) {
      columns.add(name);
      if (mayHoldPicture(value)) pictures.add(name);
      else if (typeof value === 'object' && value !== null && !(Array.isArray(value) && value.length === 1))
        lists.add(name);
    }
    if (columns.size > MOST_COLUMNS) throw new UserError(`'${file}' has more than ${MOST_COLUMNS} columns`);
  }
  if (columns.size === 0)
    throw new UserError(
      `'${file}' has no rows: expected a line for each picture, such as {"file_name": "1.jpg", "label": "cat"}`,
    );
  return {
    file,
    columns: [...columns].filter((name) => !lists.has(name)),
    pictureColumns: [...pictures],
    classNames: new Map(),
    rows: () => rowsOf(file),
  };
}

async function* rowsOf(file: string): AsyncGenerator<Record<string, unknown>> {
  closeSync(openBounded(file, { largest: LARGEST }).descriptor); // a plain file that is not too large
  const stream = createReadStream(file, 'utf8');
  let number = 0;
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (++number > MOST_ROWS) throw new UserError(`'${file}' has more than ${MOST_ROWS} lines`);
      const text = number === 1 ? line.replace(/^\uFEFF/, '') : line;
      if (text.trim() === '') continue;
      const where = `line ${number} of '${file}'`;
      const row = parseJson(text, where);
      if (typeof row !== 'object' || row === null || Array.isArray(row))
        throw new UserError(
          `${where} is not an object: expected JSON Lines, such as {"file_name": "1.jpg", "label": "cat"}`,
        );
      yield row as Record<string, unknown>;
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`'${file}' is not readable as JSON Lines: ${messageOf(error)}`);
  } finally {
    stream.destroy();
  }
}
