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

  /**
   * @param more number of runs whose configuration is not known yet
   * @returns seconds if `slots` runs are executed at a time; null until a run has ended
   */
  left(tasks: readonly RunTask[], slots: number, more = 0): number | null {
    const all = [...this.seconds.values()].flat();
    const count = tasks.length + more;
    if (all.length === 0) return count === 0 ? 0 : null;
    const known = tasks.reduce((sum, { axes }) => sum + meanOf(this.seconds.get(JSON.stringify(axes)) ?? all), 0);
    return (known + more * meanOf(all)) / Math.min(slots, Math.max(1, count));
  }
}
