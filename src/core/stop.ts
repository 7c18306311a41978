/**
 * What the kernel and tunebook share: the stop button sets `requested`, a new cell clears it, and while there are
 * `holders` the kernel leaves it to them to end the cell.
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

/** Whether the notebook's stop button was pressed since the running cell started. `false` outside a kernel. */
export function stopRequested(): boolean {
  return stopFlag().requested;
}

/**
 * Run work that ends by itself soon after the stop button was pressed, so that its cell finishes normally with what was
 * done until then. A second press within 3 seconds ends the cell at once.
 *
 * @param work gets a function to ask now and then whether to stop
 * @returns what `work` returns
 */
export async function withStop<T>(work: (shouldStop: () => boolean) => Promise<T>): Promise<T> {
  const flag = stopFlag(); // kept: a cell that starts after a hard interrupt gets another one
  flag.holders = (flag.holders ?? 0) + 1;
  try {
    await undefined; // what a cell runs before its first await, the kernel can only end by force
    return await work(() => flag.requested);
  } finally {
    flag.holders--;
  }
}
