import { trainingCurves } from '../charts';
import { messageOf } from '../core/errors';
import { printable } from '../core/escape/printable';
import type { EndingListener, EpochRecord, Progress } from '../core/listener';
import { epochLine } from '../terminal/epochLine';
import { TaskBars } from '../terminal/taskBars';
import { terminalListener } from '../terminal/terminal';
import { displayWriter } from './kernel';
import { liveDisplay, liveUpdatesSent } from './live';
import { displaySymbol } from './mime';
import { progressBar } from './progress';
import { TrainingControls } from './trainingControls';

/** The task of a training, which may be one of several. */
const isTraining = /(?:^|, )training$/;

/** A training counts as ended if no epoch ends within three times the last one's duration plus these milliseconds. */
const patience = 3000;

/**
 * Make a listener that shows training in a notebook: a progress bar for each task, the numbers of the last epoch, and the curves
 * of loss and accuracy, all updated in place. Buttons pause the training, halve its learning rate, and stop it, each after the
 * current batch; the result is that of a script with the same listener. Outside a notebook it returns `terminalListener()`.
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
  const controls = new TrainingControls();
  let training: Training | undefined;
  return {
    onProgress: (progress: Progress) =>
      safely(() => {
        bars.update(progress);
        if (!controls.exist || !isTraining.test(progress.task) || progress.done >= progress.total) return;
        if (training === undefined || training.hasEnded) training = new Training(controls);
        return training.begin();
      }),
    onEpoch(_: EpochRecord, history: readonly EpochRecord[], planned: number) {
      safely(() => {
        if (training === undefined || (training.length > 0 && history.length <= training.length)) {
          training = new Training(controls);
        }
        return training.update(history, planned);
      });
    },
    onMessage: (text: string) => void liveDisplay().update(plain(text), { final: true }),
    shouldStop: controls.shouldStop,
    pause: controls.pause,
    rateFactor: controls.rateFactor,
    async end() {
      try {
        await Promise.all([bars.end(), training?.end()]);
        await liveUpdatesSent();
        controls.close();
      } catch (error) {
        report(error);
      }
    },
  };
}

/** The live displays of one training. */
class Training {
  readonly #controls: TrainingControls;
  readonly #line = liveDisplay();
  readonly #curves = liveDisplay();
  #begun = false;
  #history: readonly EpochRecord[] = [];
  #planned = 0;
  #timer: NodeJS.Timeout | undefined;
  #ended: Promise<void> | undefined;

  constructor(controls: TrainingControls) {
    this.#controls = controls;
  }

  get length(): number {
    return this.#history.length;
  }

  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** Show the controls, before the first epoch ends. */
  async begin(): Promise<void> {
    if (this.#begun) return;
    this.#begun = true;
    await this.#line.update(this.#controls.withLine('training'), { final: true });
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
    if (last === undefined) {
      if (this.#begun) await this.#line.update(plain('The training ended in its first epoch.'), { final });
      return;
    }
    await Promise.all([
      this.#drawLine(epochLine(last, planned), final),
      this.#curves.update(trainingCurves(this.#history, { planned, ended: this.#ended !== undefined }), { final }),
    ]);
  }

  /** While the training runs, the controls show the line; the notebook keeps the line alone. */
  async #drawLine(text: string, final: boolean): Promise<void> {
    if (!this.#begun || this.#ended !== undefined) return this.#line.update(plain(text), { final });
    this.#controls.setLine(text);
    if (!this.#controls.areShown) await this.#line.update(this.#controls.withLine(text));
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
