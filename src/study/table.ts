import { csv } from '../core/escape/csv';
import type { Label } from './axes';
import type { RunRecord } from './runRecord';
import { type Difference, judgeDifferences, meanOf, type Summary, summarize } from './statistics';

/** The results of one configuration of a study, summarized over its seeds. */
export interface StudyRow {
  /** the value of each axis */
  axes: Record<string, Label>;
  /** number of runs that ended regularly */
  n: number;
  /** validation accuracy, from 0 to 1; null if n is 0 */
  accuracy: Summary | null;
  /** accuracy minus the baseline's, paired by seed; null for the baseline itself */
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
  tasks: readonly { hash: string; axes: Record<string, Label>; seed: number }[];
}

/** Summarize the runs of a study: a row for each configuration, the baseline first. */
export function studyTable({ configurations, tasks }: TablePlan, records: ReadonlyMap<string, RunRecord>): StudyRow[] {
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
  const baseline = new Map(groups[0]!.done.map(({ seed, accuracy }) => [seed, accuracy!]));
  const pairs = groups
    .slice(1)
    .map(({ done }) =>
      done.flatMap(({ seed, accuracy }) => (baseline.has(seed) ? [accuracy! - baseline.get(seed)!] : [])),
    );
  const resolution = resolutionOf(records.values());
  const differences = judgeDifferences(pairs, { resolution });
  return groups.map(({ axes, ended, done }, i): StudyRow => {
    const numbers = (name: 'seconds' | 'trainedParameters' | 'memory') => done.flatMap((record) => record[name] ?? []);
    const count = (state: RunRecord['state']) => ended.filter((record) => record.state === state).length;
    return {
      axes,
      n: done.length,
      accuracy: withinRange(
        summarize(
          done.map(({ accuracy }) => accuracy!),
          0.95,
          resolution,
        ) ?? null,
      ),
      difference: i === 0 ? null : differences[i - 1]!,
      seconds: meanOrNull(numbers('seconds')),
      trainedParameters: numbers('trainedParameters')[0] ?? null,
      memory: done.length > 0 ? Math.max(...numbers('memory')) : null,
      failed: count('failed'),
      pruned: count('pruned'),
    };
  });
}

/** The smallest step of an accuracy: one picture of the smallest validation set. */
export function resolutionOf(records: Iterable<RunRecord>): number {
  const counts = [...records].flatMap(({ pictures }) => pictures?.validation ?? []);
  return counts.length > 0 ? 1 / Math.min(...counts) : 0;
}

/** Student's interval of few seeds may extend below 0 or above 1; an accuracy does not. */
function withinRange(summary: Summary | null): Summary | null {
  if (summary === null || summary.low === null || summary.high === null) return summary;
  return { ...summary, low: Math.max(0, summary.low), high: Math.min(1, summary.high) };
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
export function flatRow({ axes, accuracy, difference, ...row }: StudyRow) {
  return withAxes(axes, {
    n: row.n,
    accuracy: accuracy?.mean ?? null,
    sd: accuracy?.sd ?? null,
    low: accuracy?.low ?? null,
    high: accuracy?.high ?? null,
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
