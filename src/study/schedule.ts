import { byMeasure, type Monitor } from '../metrics/measures';
import { ashaTasks } from './asha';
import type { Label } from './axisValue';
import { type Budget, NO_BUDGET } from './budget';
import type { Plan, RunTask } from './plan';
import { curveOf, type RunRecord } from './runRecord';
import { meanOf } from './statistics';

type Records = ReadonlyMap<string, RunRecord>;

/** The median rule needs at least so many finished runs. */
const ENOUGH_RUNS = 5;

const keyOf = (axes: Record<string, Label>) => JSON.stringify(axes);

/**
 * The runs that may start now, in order. They depend only on the runs that have ended, so that an interrupted study continues
 * with the same ones.
 *
 * @returns empty if nothing is left, or if the next runs depend on some that have not ended
 */
export function openTasks(plan: Plan, records: Records, budget: Budget): RunTask[] {
  const { configurations, tasks, monitor } = plan;
  const { pruning, ...rungsOfAsha } = { ...NO_BUDGET, ...budget };
  if (pruning === 'asha') return ashaTasks(plan, records, rungsOfAsha);
  const seen = new Set<string>(); // configurations with the same settings share their runs
  const open = (task: RunTask) => {
    if (records.has(task.hash) || seen.has(task.hash)) return false;
    seen.add(task.hash);
    return true;
  };
  if (pruning === 'none') return tasks.filter(open);
  const baseline = keyOf(configurations[0]!);
  if (pruning === 'median') {
    const pruned = new Set(
      tasks.filter(({ hash }) => records.get(hash)?.state === 'pruned').map(({ axes }) => keyOf(axes)),
    );
    return tasks.filter(({ axes }) => keyOf(axes) === baseline || !pruned.has(keyOf(axes))).filter(open);
  }
  const rungs = rungsOf(
    tasks.map(({ seed }) => seed),
    configurations.length,
  );
  let left = new Set(configurations.map(keyOf));
  for (const [i, seeds] of rungs.entries()) {
    const rung = tasks.filter(({ axes, seed }) => left.has(keyOf(axes)) && seeds.includes(seed));
    const todo = rung.filter(open);
    if (todo.length > 0 || rung.some(({ hash }) => !records.has(hash))) return todo;
    const past = rungs.slice(0, i + 1).flat();
    left = betterHalf(tasks, records, left, { seeds: past, baseline, monitor });
  }
  return [];
}

/** The seeds, divided into as many rounds as it takes to halve the configurations down to one. */
function rungsOf(seeds: readonly number[], configurations: number): number[][] {
  const all = [...new Set(seeds)];
  const count = Math.max(1, Math.min(all.length, Math.ceil(Math.log2(configurations))));
  return Array.from({ length: count }, (_, i) =>
    all.slice(Math.ceil((i * all.length) / count), Math.ceil(((i + 1) * all.length) / count)),
  );
}

function betterHalf(
  tasks: readonly RunTask[],
  records: Records,
  left: ReadonlySet<string>,
  { seeds, baseline, monitor }: { seeds: readonly number[]; baseline: string; monitor: Monitor },
): Set<string> {
  const scored = [...left].map((key) => {
    const scores = tasks
      .filter(({ axes, seed }) => keyOf(axes) === key && seeds.includes(seed))
      .flatMap(({ hash }) => records.get(hash)?.[monitor] ?? []);
    return { key, score: scores.length > 0 ? meanOf(scores) : null };
  });
  const best = scored.sort((a, b) => byMeasure(monitor, a.score, b.score)).slice(0, Math.ceil(scored.length / 2));
  return new Set([baseline, ...best.map(({ key }) => key)]);
}

/**
 * The thresholds of the median stopping rule (Golovin et al. 2017, Vizier), one for each epoch: a run is pruned if the best of its
 * measure so far is worse. It is the median of the finished runs' mean up to that epoch; null in the first quarter of the epochs, and
 * where fewer than five runs have as many epochs in which the measure is a number.
 */
export function medianRule(records: Iterable<RunRecord>, epochs: number, monitor: Monitor): (number | null)[] {
  const curves = [...records]
    .filter(({ state }) => state === 'done')
    .map((record) => curveOf(record, monitor))
    .filter((curve) => curve.every(Number.isFinite));
  return Array.from({ length: epochs }, (_, i) => {
    const averages = curves.filter((curve) => curve.length > i).map((curve) => meanOf(curve.slice(0, i + 1)));
    if (averages.length < ENOUGH_RUNS || i + 1 <= epochs / 4) return null;
    averages.sort((a, b) => a - b);
    const middle = averages.length / 2;
    return (averages[Math.floor(middle)]! + averages[Math.ceil(middle) - 1]!) / 2;
  });
}
