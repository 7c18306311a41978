import { jsonLine } from '../core/escape/json';
import { printable, printableLine } from '../core/escape/printable';

/**
 * Print text on standard output. Nothing in it can act on the terminal: a class name with an escape sequence shows it.
 * All of the command line prints through this file.
 */
export function print(text: string): void {
  process.stdout.write(printable(text));
}

/** Print a line on standard error, beside results: progress, hints, what was left out. */
export function printAside(text: string): void {
  process.stderr.write(`${printable(text)}\n`);
}

/** Print what went wrong, in one line on standard error. */
export function printError(message: string): void {
  process.stderr.write(`tunebook: ${printableLine(message.replaceAll('\n', ' '))}\n`);
}

/** Print one JSON object as the last line of standard output. */
export function printJson(value: unknown): void {
  process.stdout.write(`${jsonLine(value)}\n`);
}
