import { randomUUID } from 'node:crypto';
import { messageOf } from '../core/errors';
import { printable } from '../core/escape/printable';
import { displayWriter } from './kernel';
import { displayMetadata, toMimeBundle } from './mime';

/** An output of a notebook cell whose content can be replaced. */
export interface LiveDisplay {
  /**
   * Replace the content. Of updates that follow each other within 0.2 s only the latest is sent.
   *
   * @param value as for `show`; charts are sent without a PNG until the final one
   * @param options `final: true` sends the value at once and in every format. Default: false
   * @returns a promise that resolves when this or a later value has been sent; it never rejects
   */
  update(value: unknown, options?: { final?: boolean }): Promise<void>;
}

/** Milliseconds between two updates: a browser can draw that often beside a training that uses all cores. */
const interval = 200;

/** Updates of all displays that have not been sent. */
const pending = new Set<Promise<void>>();

/** Resolves when all updates of all live displays have been sent. */
export async function liveUpdatesSent(): Promise<void> {
  await Promise.all(pending);
}

/**
 * Make a display that is updated in place, below the running cell. Outside a notebook only final values are printed, as text.
 *
 * @example
 * ```ts
 * import { liveDisplay } from 'tunebook';
 * const display = liveDisplay();
 * for (let step = 1; step <= 3; step++) await display.update(`step ${step}`);
 * await display.update('done', { final: true });
 * ```
 */
export function liveDisplay(): LiveDisplay {
  return new Live();
}

class Live implements LiveDisplay {
  readonly #id = randomUUID();
  #shown = false;
  #latest: { value: unknown; final: boolean } | undefined;
  #sentAt = -Infinity;
  /** resolves when `#latest` has been sent; undefined if nothing is waiting */
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

  /** Send the latest value after some milliseconds, or when `start` is called. */
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
      .finally(() => pending.delete(promise));
    pending.add(promise);
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
