import type { Progress } from '../core/listener';
import { Meter } from './meter';
import type { TerminalLine } from './terminalLine';

/** Shows how far a task is, in place. */
export interface ProgressBar {
  /** Report; a task of another name restarts the clock. */
  update(progress: Progress): void;
  /** Replace the bar by a line: what was done in which time. */
  end(): Promise<void>;
}

/** A task's progress as the status of a terminal. Several bars may share one line: it shows whichever reported last. */
export class TerminalBar implements ProgressBar {
  readonly #line: TerminalLine;
  readonly #meter = new Meter();
  #latest: Progress | undefined;

  constructor(line: TerminalLine) {
    this.#line = line;
  }

  update(progress: Progress): void {
    this.#latest = progress;
    this.#line.status(this.#meter.line(progress));
  }

  async end(): Promise<void> {
    if (this.#latest !== undefined) this.#line.print(this.#meter.summary(this.#latest));
  }
}
