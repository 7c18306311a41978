import { jsonLine } from '../core/escape/json';
import { printable, printableLine } from '../core/escape/printable';

/**
 * Print text on standard output. Control characters are escaped, as names of classes or files may hold escape sequences that a
 * terminal would obey. All commands print through this file.
 */
export function print(text: string): void {
  process.stdout.write(printable(text));
}

/** Print a line on standard error, separate from results: progress, hints, warnings. */
export function printAside(text: string): void {
  process.stderr.write(`${printable(text)}\n`);
}

/** Print an error in one line on standard error. */
export function printError(message: string): void {
  process.stderr.write(`tunebook: ${printableLine(message.replaceAll('\n', ' '))}\n`);
}

/** Print one JSON object as the last line of standard output. */
export function printJson(value: unknown): void {
  process.stdout.write(`${jsonLine(value)}\n`);
}
