import type { EndingListener } from '../core/listener';
import { withStop } from '../core/stop';
import { notebookListener } from './listener';

/**
 * Run long work with progress bars and live training curves. The notebook's stop button stops it after the current batch and
 * keeps what was learned. On a terminal the progress is text.
 *
 * @param work starts the work with the listener it is given
 * @returns what `work` returns
 *
 * @example
 * ```ts
 * import { openDataset, train, watch } from 'tunebook';
 * const photos = await openDataset('photos');
 * const options = { backbone: 'mobilenet-v1-0.25', inputSize: 96, weights: 'random', epochs: 1 } as const;
 * const run = await watch((listener) => train(photos, { ...options, listener }));
 * run.history.length; // => 1
 * ```
 */
export async function watch<T>(work: (listener: Omit<EndingListener, 'end'>) => Promise<T>): Promise<T> {
  const { end, ...listener } = notebookListener();
  try {
    return await withStop((shouldStop) =>
      work({ ...listener, shouldStop: () => shouldStop() || listener.shouldStop() }),
    );
  } finally {
    await end();
  }
}
