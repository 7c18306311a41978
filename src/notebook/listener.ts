import { trainingCurves } from '../charts';
import { messageOf } from '../core/errors';
import { printable } from '../core/escape/printable';
import type { EndingListener, EpochRecord, Progress } from '../core/listener';
import { stopRequested } from '../core/stop';
import { epochLine } from '../terminal/epochLine';
import { TaskBars } from '../terminal/taskBars';
import { terminalListener } from '../terminal/terminal';
import { displayWriter } from './kernel';
import { liveDisplay, liveUpdatesSent } from './live';
import { displaySymbol } from './mime';
import { progressBar } from './progress';

/** A training counts as ended if no epoch ends within three times the last one's duration plus these milliseconds. */
const patience = 3000;

/**
 * Make a listener that shows training in a notebook: a progress bar for each task, the numbers of the last epoch, and the curves
 * of loss and accuracy, all updated in place. Outside a notebook it returns `terminalListener()`.
 *
 * `watch` uses it and handles the stop button, too. If you use it directly, call `end()` after the training, so that the curves
 * are saved as a picture in the notebook.
 *
 * @example
 * ```ts
 * import { display, openDataset, train } from 'tunebook';
 * const listener = display.notebookListener();
 * const photos = await openDataset('photos', { listener });
 * await train(photos, { backbone: 'mobilenet-v1-0.25', inputSize: 96, weights: 'random', epochs: 1, listener });
 * await listener.end(); // the last epoch and the curves stay in the notebook
 * ```
 */
export function notebookListener(): EndingListener {
  if (!displayWriter()) return terminalListener();
  const bars = new TaskBars(progressBar);
  let training: Training | undefined;
  return {
    onProgress: (progress: Progress) => safely(() => bars.update(progress)),
    onEpoch(_: EpochRecord, history: readonly EpochRecord[], planned: number) {
      safely(() => {
        if (training === undefined || history.length <= training.length) training = new Training();
        return training.update(history, planned);
      });
    },
    onMessage: (text: string) => void liveDisplay().update(plain(text), { final: true }),
    shouldStop: stopRequested,
    async end() {
      try {
        await Promise.all([bars.end(), training?.end()]);
        await liveUpdatesSent();
      } catch (error) {
        report(error);
      }
    },
  };
}

/** The live displays of one training. */
class Training {
  readonly #line = liveDisplay();
  readonly #curves = liveDisplay();
  #history: readonly EpochRecord[] = [];
  #planned = 0;
  #timer: NodeJS.Timeout | undefined;
  #ended: Promise<void> | undefined;

  get length(): number {
    return this.#history.length;
  }

  async update(history: readonly EpochRecord[], planned: number): Promise<void> {
    this.#history = [...history]; // a copy, as the training appends to its own
    this.#planned = planned;
    clearTimeout(this.#timer);
    if (history.length >= planned) return this.end();
    this.#timer = setTimeout(() => safely(() => this.#draw(true)), patience + 3000 * history.at(-1)!.seconds);
    this.#timer.unref();
    await this.#draw(false);
  }

  /** Draw everything for the last time. Both the last epoch and the caller call this; it draws once. */
  end(): Promise<void> {
    clearTimeout(this.#timer);
    this.#ended ??= Promise.resolve().then(() => this.#draw(true)); // after `#ended` is set, which `#draw` reads
    return this.#ended;
  }

  async #draw(final: boolean): Promise<void> {
    const planned = this.#planned;
    const last = this.#history.at(-1);
    if (last === undefined) return;
    await Promise.all([
      this.#line.update(plain(epochLine(last, planned)), { final }),
      this.#curves.update(trainingCurves(this.#history, { planned, ended: this.#ended !== undefined }), { final }),
    ]);
  }
}

/** Run display code; its errors must not end a training. */
function safely(work: () => unknown): void {
  void (async () => work())().catch(report);
}

function report(error: unknown): void {
  console.error(`Progress could not be shown: ${printable(messageOf(error))}`);
}

function plain(text: string): object {
  return { [displaySymbol]: () => ({ 'text/plain': printable(text) }) };
}
