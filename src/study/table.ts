import { csv } from '../core/escape/csv';
import { type Monitor, measures } from '../metrics/measures';
import type { Label } from './axisValue';
import type { RunRecord } from './runRecord';
import { type Difference, judgeDifferences, meanOf, type Summary, summarize } from './statistics';

/** The results of one configuration of a study, summarized over its seeds. */
export interface StudyRow {
  /** the value of each axis */
  axes: Record<string, Label>;
  /** number of runs that ended regularly */
  n: number;
  /** the measure that the study goes by */
  monitor: Monitor;
  /** that measure on the validation pictures; null if no run has it */
  score: Summary | null;
  /** validation accuracy, from 0 to 1; null if n is 0. The same as `score` where the study goes by accuracy */
  accuracy: Summary | null;
  /** accuracy of always predicting the most frequent class of the validation pictures, mean over the seeds; null if not recorded */
  mostFrequent: number | null;
  /** score minus the baseline's, paired by seed; null for the baseline itself */
  difference: Difference | null;
  /** mean wall-clock seconds of a run; null if n is 0 */
  seconds: number | null;
  /** number of parameters that were trained; null if n is 0 */
  trainedParameters: number | null;
  /** largest resident memory of a process in bytes; null if n is 0 */
  memory: number | null;
  /** number of runs that failed */
  failed: number;
  /** number of runs that were pruned */
  pruned: number;
}

/** The part of a plan that the table needs. */
export interface TablePlan {
  configurations: Record<string, Label>[];
  /** what rows are ranked and compared by */
  monitor: Monitor;
  tasks: readonly { hash: string; axes: Record<string, Label>; seed: number }[];
}

/** Summarize the runs of a study: a row for each configuration, the baseline first. */
export function studyTable(
  { configurations, tasks, monitor }: TablePlan,
  records: ReadonlyMap<string, RunRecord>,
): StudyRow[] {
  const byAxes = new Map<string, RunRecord[]>();
  for (const { axes, hash, seed } of tasks) {
    const record = records.get(hash);
    if (!record) continue;
    const key = JSON.stringify(axes);
    const group = byAxes.get(key) ?? [];
    group.push({ ...record, seed });
    byAxes.set(key, group);
  }
  const groups = configurations.map((axes) => {
    const ended = byAxes.get(JSON.stringify(axes)) ?? [];
    return { axes, ended, done: ended.filter(({ state, accuracy }) => state === 'done' && accuracy !== null) };
  });
  const scored = groups.map(({ done }) =>
    done.flatMap(({ seed, [monitor]: score }) => (score === null ? [] : [{ seed, score }])),
  );
  const baseline = new Map(scored[0]!.map(({ seed, score }) => [seed, score]));
  const pairs = scored
    .slice(1)
    .map((runs) => runs.flatMap(({ seed, score }) => (baseline.has(seed) ? [score - baseline.get(seed)!] : [])));
  const resolution = resolutionOf(records.values(), monitor);
  const ofAccuracy = resolutionOf(records.values(), 'accuracy');
  const differences = judgeDifferences(pairs, { resolution, lowerIsBetter: measures[monitor].lowerIsBetter });
  return groups.map(({ axes, ended, done }, i): StudyRow => {
    const numbers = (name: 'seconds' | 'trainedParameters' | 'memory' | 'mostFrequent') =>
      done.flatMap((record) => record[name] ?? []);
    const count = (state: RunRecord['state']) => ended.filter((record) => record.state === state).length;
    return {
      axes,
      n: done.length,
      monitor,
      score: withinRange(
        summarize(
          scored[i]!.map(({ score }) => score),
          0.95,
          resolution,
        ),
        monitor,
      ),
      accuracy: withinRange(
        summarize(
          done.map(({ accuracy }) => accuracy!),
          0.95,
          ofAccuracy,
        ),
        'accuracy',
      ),
      mostFrequent: meanOrNull(numbers('mostFrequent')),
      difference: i === 0 ? null : differences[i - 1]!,
      seconds: meanOrNull(numbers('seconds')),
      trainedParameters: numbers('trainedParameters')[0] ?? null,
      memory: done.length > 0 ? Math.max(...numbers('memory')) : null,
      failed: count('failed'),
      pruned: count('pruned'),
    };
  });
}

/**
 * The smallest step of a measure: of an accuracy, one picture of the smallest validation set. One picture moves macro F1 and the area
 * under the ROC curve by about as much; a loss has no steps.
 */
export function resolutionOf(records: Iterable<RunRecord>, monitor: Monitor): number {
  if (monitor === 'loss') return 0;
  const counts = [...records].flatMap(({ pictures }) => pictures?.validation ?? []);
  return counts.length > 0 ? 1 / Math.min(...counts) : 0;
}

/** Student's interval of few seeds may extend below 0 or above 1; a measure does not, except that a loss may be above 1. */
function withinRange(summary: Summary | undefined, monitor: Monitor): Summary | null {
  if (!summary || summary.low === null || summary.high === null) return summary ?? null;
  const most = monitor === 'loss' ? Infinity : 1;
  return { ...summary, low: Math.max(0, summary.low), high: Math.min(most, summary.high) };
}

const meanOrNull = (values: readonly number[]) => (values.length > 0 ? meanOf(values) : null);

/**
 * Put the axes of a configuration before other columns. An axis with the name of a column, such as `accuracy`, is renamed to
 * `accuracy (axis)`, so that neither replaces the other.
 */
export function withAxes<T extends object>(axes: Record<string, Label>, columns: T): T & Record<string, unknown> {
  const taken = new Set([...Object.keys(columns), '__proto__']); // assigning to this name would change the prototype instead
  const entries = Object.entries(axes).map(([axis, label]) => {
    let name = axis;
    while (taken.has(name)) name = `${name} (axis)`;
    taken.add(name);
    return [name, label] as const;
  });
  return { ...Object.fromEntries(entries), ...columns };
}

/** A row without nested objects, as in table.csv. */
export function flatRow({ axes, monitor, score, accuracy, difference, ...row }: StudyRow) {
  return withAxes(axes, {
    n: row.n,
    [monitor]: score?.mean ?? null,
    sd: score?.sd ?? null,
    low: score?.low ?? null,
    high: score?.high ?? null,
    ...(monitor !== 'accuracy' && { accuracy: accuracy?.mean ?? null }),
    'most frequent class': row.mostFrequent,
    difference: difference?.mean ?? null,
    'difference low': difference?.low ?? null,
    'difference high': difference?.high ?? null,
    'bootstrap low': difference?.bootstrap?.low ?? null,
    'bootstrap high': difference?.bootstrap?.high ?? null,
    p: difference?.p ?? null,
    'adjusted p': difference?.adjusted ?? null,
    verdict: difference?.verdict ?? 'baseline',
    seconds: row.seconds,
    'trained parameters': row.trainedParameters,
    memory: row.memory,
    failed: row.failed,
    pruned: row.pruned,
  });
}

/** A row as `tunebook study --json` prints it: axes and numbers in one object. */
export function jsonRow({ axes, ...row }: StudyRow) {
  return withAxes(axes, row);
}

export function tableCsv(rows: readonly StudyRow[]): string {
  const flat = rows.map(flatRow);
  return csv([Object.keys(flat[0]!), ...flat.map((row) => Object.values(row) as (string | number | null)[])]);
}
