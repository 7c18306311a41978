import type { Progress } from '../core/listener';
import type { ProgressBar } from './progressBar';

/** A progress bar for each task; reports of several tasks may alternate, as those of decoding and computing do. */
export class TaskBars {
  readonly #create: () => ProgressBar;
  readonly #running = new Map<string, ProgressBar>();

  constructor(create: () => ProgressBar) {
    this.#create = create;
  }

  /** Show the progress. When a task is done, its bar ends. */
  update(progress: Progress): void {
    const bar = this.#running.get(progress.task) ?? this.#create();
    this.#running.set(progress.task, bar);
    bar.update(progress);
    if (progress.done >= progress.total) {
      this.#running.delete(progress.task);
      void bar.end();
    }
  }

  /** End the bars of tasks that are not done. */
  async end(): Promise<void> {
    const bars = [...this.#running.values()];
    this.#running.clear();
    await Promise.all(bars.map((bar) => bar.end()));
  }
}
