import type { Progress } from '../training/listener';
import type { ProgressBar } from './progress';

/** What the tasks `epoch 3 of 20` and `epoch 4 of 20` have in common: they take turns in one bar. */
const kindOf = (task: string) => task.replace(/\d+/g, '#');

/** A progress bar for each task that reports; tasks may take turns, as decoding and computing do. */
export class TaskBars {
  readonly #create: () => ProgressBar;
  readonly #running = new Map<string, ProgressBar>();

  constructor(create: () => ProgressBar) {
    this.#create = create;
  }

  /** Show the progress. A task that is done ends its bar; of a numbered task the bar waits for the next number. */
  update(progress: Progress): void {
    const kind = kindOf(progress.task);
    let bar = this.#running.get(kind);
    if (bar === undefined) {
      bar = this.#create();
      this.#running.set(kind, bar);
    }
    bar.update(progress);
    if (kind === progress.task && progress.done >= progress.total) {
      this.#running.delete(kind);
      void bar.end();
    }
  }

  /**
   * End the bars of what is still running.
   *
   * @param numbered what to leave in the place of numbered tasks, such as how many epochs it were; their last unless told
   */
  async end(numbered?: string): Promise<void> {
    const bars = [...this.#running];
    this.#running.clear();
    await Promise.all(bars.map(([kind, bar]) => bar.end(kind.includes('#') ? numbered : undefined)));
  }
}
