import type { Listener } from '../core/listener';
import { withStop } from '../core/stop';
import { notebookListener } from './listener';

/**
 * Run long work with all that a notebook has for it: progress bars, live curves, and a stop button that ends the work
 * after its current batch and keeps what was learned. On a terminal the progress is text.
 *
 * ```ts
 * const run = await watch((listener) => train(photos, { epochs: 20, listener }));
 * ```
 *
 * @param work gets the listener to hand on
 * @returns what `work` returns
 */
export async function watch<T>(work: (listener: Required<Listener>) => Promise<T>): Promise<T> {
  const { end, ...listener } = notebookListener();
  try {
    return await withStop((shouldStop) => work({ ...listener, shouldStop }));
  } finally {
    await end();
  }
}
