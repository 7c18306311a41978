import type { RunTask } from './plan';
import type { RunRecord } from './runRecord';
import { meanOf } from './statistics';

/** Estimates the time of the remaining runs from those that have ended: of the same configuration if there are any, else of all. */
export class TimeLeft {
  private readonly seconds = new Map<string, number[]>();

  observe({ axes, seconds, state }: RunRecord): void {
    if (state === 'failed') return;
    const key = JSON.stringify(axes);
    this.seconds.set(key, [...(this.seconds.get(key) ?? []), seconds]);
  }

  /** @returns seconds if `slots` runs are executed at a time; null until a run has ended */
  left(tasks: readonly RunTask[], slots: number): number | null {
    const all = [...this.seconds.values()].flat();
    if (all.length === 0) return tasks.length === 0 ? 0 : null;
    const total = tasks.reduce((sum, { axes }) => sum + meanOf(this.seconds.get(JSON.stringify(axes)) ?? all), 0);
    return total / Math.min(slots, Math.max(1, tasks.length));
  }
}
