import { byMeasure, type Monitor } from '../metrics/measures';
import type { Budget } from './budget';
import type { Plan, RunTask } from './plan';
import { bestOf, type RunRecord } from './runRecord';

type Rungs = Pick<Required<Budget>, 'reduction' | 'minEpochs'>;

/** The run of a configuration's first seed, which competes. */
interface Competitor {
  task: RunTask;
  record: RunRecord | undefined;
  /** numbers of epochs after which it pauses, the largest first, after all of its epochs */
  rungs: number[];
}

/**
 * The runs that may start now by asynchronous successive halving (Li et al. 2020, "A system for massively parallel hyperparameter
 * tuning", algorithm 2): first those that have paused and are among the best, the longest first; then those of further configurations;
 * then the other seeds of configurations that have completed their first run. The baseline never pauses, and does not compete.
 *
 * A rung is a number of epochs; of n runs that have reached it, the best n / `reduction` may continue to the next. When all
 * configurations have begun, so that no rung grows by new ones, at least one may, so that a small study, too, ends with one to compare with the
 * baseline.
 */
export function ashaTasks(
  { configurations, tasks, monitor, toChoose }: Plan,
  records: ReadonlyMap<string, RunRecord>,
  rungs: Rungs,
) {
  const baseline = JSON.stringify(configurations[0]);
  const firsts = new Map<string, Competitor>();
  for (const task of tasks) {
    const key = JSON.stringify(task.axes);
    if (firsts.has(key)) continue;
    firsts.set(key, { task, record: records.get(task.hash), rungs: rungsOf(task.settings.epochs, rungs) });
  }
  const allBegun = toChoose === 0 && [...firsts.values()].every(({ record }) => record !== undefined);
  const competitors = [...firsts].flatMap(([key, first]) => (key === baseline ? [] : [first]));
  const continued = promoted(competitors, { monitor, reduction: rungs.reduction, least: allBegun ? 1 : 0 });
  const begun = [...firsts]
    .filter(([, { record }]) => record === undefined)
    .map(([key, { task, rungs }]) => (key === baseline ? task : { ...task, pauseAfter: rungs.at(-1)! }));
  const others = tasks.filter((task) => {
    const first = firsts.get(JSON.stringify(task.axes))!;
    if (first.task.hash === task.hash || records.has(task.hash)) return false;
    const isComplete = first.record !== undefined && first.record.state !== 'pruned';
    return isComplete || JSON.stringify(task.axes) === baseline;
  });
  const unique = new Map<string, RunTask>(); // configurations with the same settings share their runs
  for (const task of [...continued, ...begun, ...others]) if (!unique.has(task.hash)) unique.set(task.hash, task);
  return [...unique.values()];
}

/** All epochs, and after how many of them a run pauses, in descending order. */
function rungsOf(epochs: number, { reduction, minEpochs }: Rungs): number[] {
  const rungs = [epochs];
  for (
    let part = epochs / reduction;
    Math.round(part) >= minEpochs && Math.round(part) < rungs.at(-1)!;
    part /= reduction
  ) {
    rungs.push(Math.round(part));
  }
  return rungs;
}

/** The runs that continue, those that have come farthest first. */
function promoted(
  competitors: readonly Competitor[],
  { monitor, reduction, least }: { monitor: Monitor; reduction: number; least: number },
): RunTask[] {
  const most = Math.max(1, ...competitors.map(({ rungs }) => rungs.length));
  return Array.from({ length: most - 1 }, (_, i) => i + 1).flatMap((rung) => {
    const reached = competitors.flatMap(({ task, record, rungs }) => {
      const epochs = rungs[rung];
      if (!record || epochs === undefined || record.state === 'failed') return [];
      if (record.state === 'pruned' && record.epochs < epochs) return [];
      return [{ task, record, score: bestOf(record, monitor, epochs), next: rungs[rung - 1]! }];
    });
    return reached
      .sort((a, b) => byMeasure(monitor, a.score, b.score))
      .slice(0, Math.max(least, Math.floor(reached.length / reduction)))
      .filter(({ record, score, next }) => record.state === 'pruned' && record.epochs < next && score !== null)
      .map(({ task, next }) => ({ ...task, pauseAfter: next }));
  });
}
