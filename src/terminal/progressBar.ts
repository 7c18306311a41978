import type { Progress } from '../core/listener';
import { Meter } from './meter';
import type { TerminalLine } from './terminalLine';

/** Shows the progress of a task, updated in place. */
export interface ProgressBar {
  /** Show the progress; a task with another name restarts the clock. */
  update(progress: Progress): void;
  /** Replace the bar by a line with what was done and how long it took. */
  end(): Promise<void>;
}

/** A task's progress in the status line of a terminal. Several bars may share the line, which shows the latest update. */
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
