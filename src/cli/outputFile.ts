import { closeSync, existsSync, readSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { crc32 } from 'node:zlib';
import { UserError } from '../core/errors';
import { checkFolder } from '../core/files';
import { openBounded } from '../core/readBounded';

/** What a command writes into a file, and how an earlier one of the same kind is recognized. */
export interface OutputKind {
  /** such as 'a report' */
  what: string;
  /** texts that each such file has at its beginning or end */
  marks: readonly string[];
  /** a usual name */
  example: string;
}

/** Bytes at the beginning and end of a file that are searched for marks: the columns of a Parquet file are at its end. */
const SEARCHED = 2 ** 20;

/**
 * The full path of a file that a command writes, checked before any work is done for it. Only what the command itself has written before
 * is replaced: the path may be that of a picture or a table of the user by mistake.
 *
 * @param option that gives another file, for the error
 * @throws {UserError} if it cannot be written, or is another file
 */
export function outputFile(file: string, option: string, { what, marks, example }: OutputKind): string {
  const path = resolve(file);
  const exists = existsSync(path);
  if (file === '' || (exists && statSync(path).isDirectory())) {
    throw new UserError(`'${file}' is not a file name: give one for ${what}, such as ${example}, with ${option}`);
  }
  if (exists && !hasMarks(path, marks)) {
    throw new UserError(`'${file}' exists and is not ${what}: give another file with ${option}`);
  }
  checkFolder(dirname(path), `the file of ${option}`);
  return path;
}

function hasMarks(path: string, marks: readonly string[]): boolean {
  const { descriptor, bytes } = openBounded(path, { largest: Number.POSITIVE_INFINITY });
  try {
    const part = Buffer.alloc(Math.min(SEARCHED, bytes));
    const textAt = (position: number) =>
      part.subarray(0, readSync(descriptor, part, 0, part.length, position)).toString('latin1');
    const text = textAt(0) + textAt(bytes - part.length);
    return marks.every((mark) => text.includes(mark));
  } finally {
    closeSync(descriptor);
  }
}

/** A table of predictions, in any format. */
export const predictionsKind: OutputKind = {
  what: 'an earlier table of predictions',
  marks: ['file', 'predicted', 'probability of '],
  example: 'predictions.csv',
};

/** A table of a study's runs, in any format. */
export const runsKind: OutputKind = {
  what: 'an earlier table of runs',
  marks: ['accuracy low', 'trained parameters'],
  example: 'runs.parquet',
};

/** The text in a PNG that says that a command wrote it: its keyword, a NUL, and its value. */
const MARK = Buffer.from('Software\0tunebook', 'latin1');

/** A picture of a chart. */
export const chartKind: OutputKind = {
  what: 'an earlier picture of this command',
  marks: [MARK.toString('latin1')],
  example: 'chart.png',
};

/** The end of a PNG's first chunk, with the size of the picture: 8 bytes of signature and 25 of the chunk. */
const HEADER = 33;

/** A PNG with the mark of {@link chartKind}, as a text chunk (PNG specification, 11.3.3.2). */
export function markedPng(png: Uint8Array): Buffer {
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(MARK.length);
  const named = Buffer.concat([Buffer.from('tEXt'), MARK]);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([png.subarray(0, HEADER), length, named, check, png.subarray(HEADER)]);
}
