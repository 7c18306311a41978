import { printable, printableLine } from '../core/escape/printable';

/** Where text is written: a terminal, or a file or pipe. `process.stderr` is one. */
export interface Output {
  /** Write text. */
  write(text: string): unknown;
  /** whether it is a terminal, on which a line can be redrawn. Default: false */
  isTTY?: boolean;
  /** width of the terminal in characters. Default: 80 */
  columns?: number;
}

/** Milliseconds between two status lines in a file or pipe, where nothing can be redrawn. */
const fileInterval = 10_000;
/** Milliseconds between two redraws on a terminal. */
const redrawInterval = 50;

/** Prints lines of text, and below them a status line, which is redrawn in place on a terminal. */
export class TerminalLine {
  readonly #output: Output;
  readonly #now: () => number;
  #drawn = false;
  #statusAt: number;

  /** @param output where to write; default: standard error @param now a clock in milliseconds, for tests */
  constructor(output: Output = process.stderr, now: () => number = () => performance.now()) {
    this.#output = output;
    this.#now = now;
    this.#statusAt = output.isTTY ? -Infinity : now();
  }

  /** Redraw the status. A status that follows too soon after the last one is skipped. */
  status(text: string): void {
    const now = this.#now();
    const line = printableLine(text);
    if (now - this.#statusAt < (this.#output.isTTY ? redrawInterval : fileInterval)) return;
    this.#statusAt = now;
    if (!this.#output.isTTY) {
      this.#output.write(`${line}\n`);
      return;
    }
    const width = (this.#output.columns ?? 80) - 1; // a full line would wrap, and could not be redrawn
    this.#output.write(`\r\x1b[K${line.length > width ? `${line.slice(0, width - 1)}…` : line}`);
    this.#drawn = true;
  }

  /** Print a line that stays, above the status. */
  print(text: string): void {
    this.clear();
    this.#output.write(`${printable(text)}\n`);
  }

  /** Remove the status. */
  clear(): void {
    if (this.#drawn) this.#output.write('\r\x1b[K');
    this.#drawn = false;
    if (this.#output.isTTY) this.#statusAt = -Infinity;
  }
}
