import { trainingCurves } from '../charts';
import { messageOf } from '../core/errors';
import { printable } from '../core/escape/printable';
import type { EndingListener, EpochRecord, Progress } from '../core/listener';
import { stopRequested } from '../core/stop';
import { epochLine } from '../terminal/epochLine';
import { TaskBars } from '../terminal/taskBars';
import { terminalListener } from '../terminal/terminal';
import { displayWriter } from './kernel';
import { liveDisplay, liveSettled } from './live';
import { displaySymbol } from './mime';
import { progressBar } from './progress';

/** Milliseconds without an epoch, beyond three times the last one's, after which a training is taken to have ended. */
const patience = 3000;

/**
 * Shows training in a notebook while it runs: a progress bar a task, the numbers of the last epoch, and the curves of loss
 * and accuracy, each updated in place. Outside a notebook it is `terminalListener()`.
 *
 * `watch` does all this and sees to the stop button, too. Without it call `end()` at last: only then is it certain that the
 * curves are kept as a picture in the saved notebook.
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
        await liveSettled();
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
    this.#history = [...history]; // the caller's grows
    this.#planned = planned;
    clearTimeout(this.#timer);
    if (history.length >= planned) return this.end();
    this.#timer = setTimeout(() => safely(() => this.#draw(true)), patience + 3000 * history.at(-1)!.seconds);
    this.#timer.unref();
    await this.#draw(false);
  }

  /** Draw all for the last time; once, though both the last epoch and the caller say so. */
  end(): Promise<void> {
    clearTimeout(this.#timer);
    this.#ended ??= Promise.resolve().then(() => this.#draw(true)); // `#draw` asks whether it has ended
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

/** Run display code, whose mistakes must not end a training. */
function safely(work: () => unknown): void {
  void (async () => work())().catch(report);
}

function report(error: unknown): void {
  console.error(`Progress could not be shown: ${printable(messageOf(error))}`);
}

function plain(text: string): object {
  return { [displaySymbol]: () => ({ 'text/plain': printable(text) }) };
}
