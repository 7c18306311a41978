import { byMeasure } from '../../metrics/measures';
import type { Label } from '../axisValue';
import type { Plan } from '../plan';
import { bestOf, type RunRecord } from '../runRecord';
import { meanOf } from '../statistics';

/** What is known of the configurations of a study. */
export interface Observations {
  /**
   * the best first: those with complete runs by the mean of what the study monitors; then pruned ones, by their number of epochs and then
   * by their best; then those whose runs failed
   */
  ranked: Record<string, Label>[];
  /** none of their runs has ended */
  pending: Record<string, Label>[];
}

interface Observed {
  axes: Record<string, Label>;
  /** mean over the complete runs; null without any */
  score: number | null;
  /** epochs of a pruned run; 0 if none was pruned */
  epochs: number;
  /** the best of a pruned run */
  best: number | null;
}

/** Rank the configurations of a plan by the runs that have ended. */
export function observationsOf(
  { configurations, tasks, monitor }: Pick<Plan, 'configurations' | 'tasks' | 'monitor'>,
  records: ReadonlyMap<string, RunRecord>,
): Observations {
  const ended = new Map<string, RunRecord[]>(configurations.map((axes) => [JSON.stringify(axes), []]));
  for (const { axes, hash } of tasks) {
    const record = records.get(hash);
    if (record) ended.get(JSON.stringify(axes))!.push(record);
  }
  const observed = configurations.map((axes): Observed & { runs: number } => {
    const runs = ended.get(JSON.stringify(axes))!;
    const scores = runs.flatMap(({ state, [monitor]: score }) => (state === 'done' && score !== null ? [score] : []));
    const pruned = runs.filter(({ state }) => state === 'pruned').sort((a, b) => b.epochs - a.epochs)[0];
    return {
      axes,
      runs: runs.length,
      score: scores.length > 0 ? meanOf(scores) : null,
      epochs: pruned?.epochs ?? 0,
      best: pruned ? bestOf(pruned, monitor) : null,
    };
  });
  const compare = (a: Observed, b: Observed) =>
    byMeasure(monitor, a.score, b.score) || b.epochs - a.epochs || byMeasure(monitor, a.best, b.best);
  return {
    ranked: observed
      .filter(({ runs }) => runs > 0)
      .sort(compare)
      .map(({ axes }) => axes),
    pending: observed.filter(({ runs }) => runs === 0).map(({ axes }) => axes),
  };
}
