import { randomUUID } from 'node:crypto';
import { messageOf } from '../core/errors';
import { printable } from '../core/escape/printable';
import { displayWriter } from './kernel';
import { displayMetadata, toMimeBundle } from './mime';

/** One place in a notebook whose content is replaced again and again. */
export interface LiveDisplay {
  /**
   * Replace the content. Updates that follow within a fifth of a second are held back, and only the latest of them is
   * sent: the last one always is.
   *
   * @param value as for `show`; while it is live a chart goes without its PNG
   * @param options `final: true` sends at once and in every format
   * @returns when this or a later value is sent; never rejects
   */
  update(value: unknown, options?: { final?: boolean }): Promise<void>;
}

/** Least time between two updates in milliseconds: what a browser draws at ease, beside a training that uses all cores. */
const interval = 200;

/** Updates on their way, in any display. */
const underway = new Set<Promise<void>>();

/** Resolves when all updates so far, in every live display, are sent. */
export async function liveSettled(): Promise<void> {
  await Promise.all(underway);
}

/** A display that is updated in place. Outside a notebook only final values are printed, as text. */
export function liveDisplay(): LiveDisplay {
  return new Live();
}

class Live implements LiveDisplay {
  readonly #id = randomUUID();
  #shown = false;
  #latest: { value: unknown; final: boolean } | undefined;
  #sentAt = -Infinity;
  /** when `#latest` is sent, while there is one that waits */
  #waiting: { promise: Promise<void>; start: () => void } | undefined;
  #sending: Promise<void> = Promise.resolve();

  update(value: unknown, { final = false }: { final?: boolean } = {}): Promise<void> {
    this.#latest = { value, final };
    const wait = final ? 0 : this.#sentAt + interval - performance.now();
    this.#waiting ??= this.#wait(wait);
    const { promise, start } = this.#waiting;
    if (wait <= 0) start();
    return promise;
  }

  /** Send the latest value after some milliseconds, or when told to start. */
  #wait(milliseconds: number): { promise: Promise<void>; start: () => void } {
    let start = () => {};
    const begun = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(0, milliseconds));
      start = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    const promise = begun
      .then(() => this.#sending)
      .then(() => {
        this.#waiting = undefined;
        this.#sending = this.#send();
        return this.#sending;
      })
      .finally(() => underway.delete(promise));
    underway.add(promise);
    return { promise, start: () => start() };
  }

  async #send(): Promise<void> {
    const { value, final } = this.#latest!;
    this.#sentAt = performance.now();
    try {
      const write = displayWriter();
      if (write === undefined && !final) return;
      const data = (await toMimeBundle(value, { picture: final && write !== undefined })) ?? {
        'text/plain': String(value),
      };
      if (write === undefined) console.log(data['text/plain']);
      else write({ data, metadata: displayMetadata(data), transient: { display_id: this.#id } }, this.#shown);
      this.#shown = true;
    } catch (error) {
      console.error(`A live display could not be updated: ${printable(messageOf(error))}`);
    }
  }
}
