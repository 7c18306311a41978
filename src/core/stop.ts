/**
 * State that the kernel and this package share: the stop button sets `requested`, a new cell clears it. While `holders` is above
 * 0, the kernel leaves it to them to end the cell.
 */
interface StopFlag {
  requested: boolean;
  holders?: number;
}

const key = Symbol.for('tunebook.stop');

function stopFlag(): StopFlag {
  const shared = globalThis as { [key]?: StopFlag };
  shared[key] ??= { requested: false, holders: 0 };
  return shared[key];
}

/**
 * Whether the stop button of the notebook was pressed since the running cell started; always `false` outside a notebook.
 *
 * @example
 * ```ts
 * import { display } from 'tunebook';
 *
 * display.stopRequested(); // => false
 * ```
 */
export function stopRequested(): boolean {
  return stopFlag().requested;
}

/**
 * Run work that stops soon after the notebook's stop button was pressed, so that the cell ends normally and keeps what was computed
 * until then. A second press within 3 seconds ends the cell at once.
 *
 * @param work receives a function that says whether to stop; call it now and then
 * @returns what `work` returns
 *
 * @example
 * ```ts
 * import { display, imageFolder, train } from 'tunebook';
 *
 * const options = { backbone: 'mobilenet-v1-0.25', weights: 'random', inputSize: 96, epochs: 2, cache: false } as const;
 * const result = await display.withStop((shouldStop) =>
 *   train(imageFolder('photos'), { ...options, listener: { shouldStop } }),
 * );
 * result.stopped; // => false
 * ```
 */
export async function withStop<T>(work: (shouldStop: () => boolean) => Promise<T>): Promise<T> {
  const flag = stopFlag(); // the cell after a hard interrupt gets a new one
  flag.holders = (flag.holders ?? 0) + 1;
  try {
    await undefined; // before its first await the kernel can end a cell only by force
    return await work(() => flag.requested);
  } finally {
    flag.holders--;
  }
}
