import { setTimeout as sleep } from 'node:timers/promises';

/** Rounds whose times do not count: caches fill, graphs are optimized. */
const WARM_UP = 2;
/** Milliseconds between two runs, in which the threads of the one before stop waiting for more work. */
const PAUSE = 60;

export interface MeasureOptions {
  /** rounds that count, at least and at most */
  rounds: [least: number, most: number];
  /** seconds after which no round is begun beyond the least */
  seconds: number;
}

/** The middle one; of an even number the mean of the middle two; NaN of none. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Something that can be run again and again. */
export interface Runnable {
  /** @returns milliseconds */
  run(): Promise<number>;
}

/**
 * Run several things in turn, round by round (A B C A B C), so that whatever slows the machine down for a while slows all
 * of them. One that fails falls out.
 *
 * @returns milliseconds of each counted round, by name
 */
export async function interleave<N extends string>(
  things: ReadonlyMap<N, Runnable>,
  { rounds: [least, most], seconds }: MeasureOptions,
  onFailure: (name: N, error: unknown) => void,
): Promise<Map<N, number[]>> {
  const times = new Map<N, number[]>([...things.keys()].map((name) => [name, []]));
  const began = performance.now();
  for (let round = -WARM_UP; round < most && times.size > 0; round++) {
    if (round >= least && performance.now() - began > seconds * 1000) break;
    for (const name of [...times.keys()]) {
      try {
        const time = await things.get(name)!.run();
        if (round >= 0) times.get(name)!.push(time);
      } catch (error) {
        times.delete(name);
        onFailure(name, error);
      }
      await sleep(PAUSE);
    }
  }
  return times;
}
