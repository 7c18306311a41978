import { arquero } from '../core/arquero';
import type { ColumnTable } from '../core/columnTable';
import { UserError } from '../core/errors';
import { withDefaults } from '../core/options';
import type { Label } from './axes';
import type { RunRecord } from './runRecord';
import { judgeDifferences, meanOf, summarize } from './statistics';
import { resolutionOf } from './table';

export interface CompareByOptions {
  /** the value that others are compared with; default: the first that ran */
  baseline?: Label;
  /** what is compared; default 'accuracy' */
  measure?: 'accuracy' | 'loss' | 'seconds' | 'memory';
}

/**
 * Compare the values of one axis over all that else was varied: a row a value with n, mean, standard deviation, interval, and
 * the paired difference from the baseline with its verdict, corrected for several comparisons.
 *
 * Runs are paired where all but the axis is the same. Pairs of one seed share their pictures and count as one, their mean: the
 * seeds are what is repeated. Means and intervals, too, are of seeds.
 *
 * @param records of `study` or `loadStudy`
 * @throws {UserError} on an axis that the runs do not have
 */
export function compareBy(records: readonly RunRecord[], axis: string, options?: CompareByOptions): ColumnTable {
  const { baseline, measure } = withDefaults<Required<CompareByOptions>>('compareBy', options, {
    baseline: undefined as unknown as Label,
    measure: 'accuracy',
  });
  const done = records.filter(({ state }) => state === 'done');
  const axes = [...new Set(records.flatMap((record) => Object.keys(record.axes)))];
  if (!axes.includes(axis)) {
    throw new UserError(`compareBy: no axis '${axis}' in these runs; the axes are ${axes.join(', ') || 'none'}`);
  }
  const values = [...new Set(done.map((record) => record.axes[axis]!))];
  const base = baseline ?? values[0]!;
  if (!values.includes(base)) {
    const known = values.map((value) => JSON.stringify(value)).join(', ');
    throw new UserError(`compareBy: axis '${axis}' has no value ${JSON.stringify(base)}; its values are ${known}`);
  }
  const others = (record: RunRecord) => JSON.stringify({ ...record.axes, [axis]: null, seed: record.seed });
  const measured = (value: Label) =>
    new Map(
      done
        .filter((record) => record.axes[axis] === value && record[measure] !== null)
        .map((record) => [others(record), { seed: record.seed, value: record[measure]! }]),
    );
  const of = new Map(values.map((value) => [value, measured(value)]));
  const against = of.get(base)!;
  const compared = values.filter((value) => value !== base);
  const pairs = compared.map((value) =>
    bySeed(
      [...of.get(value)!].flatMap(([key, { seed, value: own }]) => {
        const other = against.get(key);
        return other ? [{ seed, value: own - other.value }] : [];
      }),
    ),
  );
  const resolution = measure === 'accuracy' ? resolutionOf(done) : 0;
  const differences = judgeDifferences(pairs, { resolution });
  return arquero.from(
    [base, ...compared].map((value) => {
      const own = of.get(value)!;
      const summary = summarize(bySeed([...own.values()]));
      const difference = differences[compared.indexOf(value)];
      return {
        [axis]: value,
        runs: own.size,
        n: summary?.n ?? 0,
        [measure]: summary?.mean ?? null,
        sd: summary?.sd ?? null,
        low: summary?.low ?? null,
        high: summary?.high ?? null,
        difference: difference?.mean ?? null,
        'difference low': difference?.low ?? null,
        'difference high': difference?.high ?? null,
        'bootstrap low': difference?.bootstrap?.low ?? null,
        'bootstrap high': difference?.bootstrap?.high ?? null,
        'adjusted p': difference?.adjusted ?? null,
        verdict: worded(difference?.verdict, measure),
      };
    }),
  );
}

/** The mean of each seed. */
function bySeed(measured: readonly { seed: number; value: number }[]): number[] {
  const seeds = [...new Set(measured.map(({ seed }) => seed))];
  return seeds.map((seed) => meanOf(measured.filter((one) => one.seed === seed).map(({ value }) => value)));
}

/** More is better of accuracies only. */
function worded(verdict: string | undefined, measure: string): string {
  if (verdict === undefined) return 'baseline';
  if (measure === 'accuracy') return verdict;
  return { better: 'worse', worse: 'better' }[verdict] ?? verdict;
}
