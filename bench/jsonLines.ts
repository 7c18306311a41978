import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** What a file of JSON lines has, so that a second call of a long measurement continues there. None if there is no file. */
export function readLines<T>(file: string | undefined): T[] {
  if (file === undefined || !existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line));
}

export const addLine = (file: string, value: object): void => appendFileSync(file, `${JSON.stringify(value)}\n`);
