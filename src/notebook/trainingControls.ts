import { printable } from '../core/escape/printable';
import { stopRequested } from '../core/stop';
import { frontPart, frontStyles } from '../front/frontPart';
import { displaySymbol, type MimeBundle } from './mime';
import { type Widget, widget } from './widget';
import { kernelComms } from './widget/comms';

/** How often a paused training looks whether the notebook's stop button was pressed (milliseconds). */
const look = 100;
const half = 0.5;

interface State {
  /** the last epoch, as text */
  line: string;
  status: 'training' | 'pausing' | 'paused' | 'stopping';
  /** what was done to the learning rate, as text */
  rate: string;
}

/** The buttons below a cell that trains: pause, halve the learning rate, stop. Outside a kernel with comms there are none. */
export class TrainingControls {
  readonly #widget: Widget<State> | undefined;
  #stop = false;
  #pause = false;
  #factor = 1;
  #halved = 0;
  #shown = false;
  #wake = () => {};

  constructor() {
    if (kernelComms() === undefined) return;
    this.#widget = widget<State>({
      esm: frontPart('training'),
      css: frontStyles(),
      state: { line: '', status: 'training', rate: '' },
      still: ({ line }) => `<pre>${line}</pre>`,
    });
    this.#widget.onMessage((content) => this.#take((content as { do?: unknown } | null)?.do));
  }

  /** Whether there are any. */
  get exist(): boolean {
    return this.#widget !== undefined;
  }

  /** Whether a frontend draws them: then it also shows the last epoch, and no new output is needed for each. */
  get areShown(): boolean {
    return this.#shown;
  }

  /** The controls as an output, which is the line of the last epoch where a frontend knows no widgets. */
  withLine(line: string): object {
    return {
      [displaySymbol]: async (): Promise<MimeBundle> => {
        const { 'text/html': _, ...bundle } = await this.#widget![displaySymbol]();
        return { ...bundle, 'text/plain': printable(line) };
      },
    };
  }

  setLine(line: string): void {
    this.#widget?.set({ line });
  }

  /** Remove them from the notebook. */
  close(): void {
    this.#widget?.close();
    this.#shown = false;
  }

  // The functions of a listener.

  readonly shouldStop = (): boolean => this.#stop || stopRequested();

  readonly rateFactor = (): number | undefined => {
    if (this.#factor === 1) return undefined;
    const factor = this.#factor;
    this.#factor = 1;
    return factor;
  };

  readonly pause = (): Promise<void> | undefined => {
    if (!this.#pause) return undefined;
    this.#widget?.set({ status: 'paused' });
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        if (this.shouldStop()) this.#wake();
      }, look);
      this.#wake = () => {
        clearInterval(timer);
        this.#wake = () => {};
        resolve();
      };
    });
  };

  /** Do what a button says. */
  #take(what: unknown): void {
    if (what === 'shown') this.#shown = true;
    if (this.#stop) return;
    if (what === 'pause') {
      this.#pause = true;
      this.#widget?.set({ status: 'pausing' });
    } else if (what === 'continue') {
      this.#pause = false;
      this.#widget?.set({ status: 'training' });
      this.#wake();
    } else if (what === 'halve') {
      this.#factor *= half;
      this.#halved++;
      const times = this.#halved === 1 ? 'once' : `${this.#halved} times`;
      this.#widget?.set({ rate: `The learning rate was halved ${times}.` });
    } else if (what === 'stop') {
      this.#stop = true;
      this.#widget?.set({ status: 'stopping' });
      this.#wake();
    }
  }
}
