import { setTimeout as sleep } from 'node:timers/promises';

/** Rounds whose times are not counted: they fill caches and optimize graphs. PyTorch's compiled networks need all of them. */
const WARM_UP = 3;
/** Milliseconds between two turns, in which the threads of the previous one stop waiting for more work. */
const PAUSE = 60;
/** Short work is repeated in its turn, up to so many milliseconds and times: after the pause all caches are cold, which is not its speed. */
const TURN = { milliseconds: 50, runs: 10 };
/**
 * What takes so many times as long as the fastest when it is warm, and more than so many milliseconds, is not run in rounds: one time says
 * enough, and the others' rounds take minutes less. What took far longer the first time is not even warmed up again.
 */
const HOPELESS = { times: 3, timesBefore: 8, milliseconds: 300 };

export interface MeasureOptions {
  /** smallest and largest number of counted rounds */
  rounds: [least: number, most: number];
  /** seconds after which no further round starts, once there are enough */
  seconds: number;
}

/** The median; NaN for an empty list. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A piece of work that can be run repeatedly. */
export interface Runnable {
  /** Run it so many times without a pause. @returns the median, in milliseconds */
  run(times: number): Promise<number>;
}

/**
 * Run several pieces of work in turn, round by round (A B C A B C), so that a slow phase of the machine affects all of them. One that fails
 * is left out, and a slow one that takes three times as long as the fastest has the single time of its warm-up.
 *
 * @returns milliseconds of each counted round, by name
 */
export async function interleave<N extends string>(
  things: ReadonlyMap<N, Runnable>,
  { rounds: [least, most], seconds }: MeasureOptions,
  onFailure: (name: N, error: unknown) => void,
): Promise<Map<N, number[]>> {
  const times = new Map<N, number[]>([...things.keys()].map((name) => [name, []]));
  const warm = new Map<N, number>();
  const began = performance.now();
  for (let round = -WARM_UP; round < most && times.size > 0; round++) {
    if (round >= least && performance.now() - began > seconds * 1000) break;
    const fastest = Math.min(...warm.values());
    for (const [name, counted] of [...times]) {
      const before = warm.get(name);
      const most = fastest * (round >= 0 ? HOPELESS.times : HOPELESS.timesBefore);
      if (before !== undefined && before > Math.max(most, HOPELESS.milliseconds)) {
        times.set(name, [before]);
        continue;
      }
      try {
        const time = await things.get(name)!.run(before === undefined ? 1 : runsOfTurn(before));
        if (round >= 0) counted.push(time);
        else warm.set(name, Math.min(time, before ?? Infinity));
      } catch (error) {
        times.delete(name);
        warm.delete(name);
        onFailure(name, error);
      }
      await sleep(PAUSE);
    }
  }
  return times;
}

const runsOfTurn = (milliseconds: number) =>
  Math.max(1, Math.min(TURN.runs, Math.round(TURN.milliseconds / milliseconds)));
