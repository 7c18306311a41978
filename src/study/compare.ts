import { arquero } from '../core/arquero';
import type { ColumnTable } from '../core/columnTable';
import { UserError } from '../core/errors';
import { withDefaults } from '../core/options';
import { type Monitor, measures } from '../metrics/measures';
import type { Label } from './axisValue';
import type { RunRecord } from './runRecord';
import { judgeDifferences, meanOf, summarize } from './statistics';
import { resolutionOf } from './table';

/** Options of `compareBy`. */
export interface CompareByOptions {
  /** the value of the axis that others are compared with. Default: that of the first run */
  baseline?: Label;
  /**
   * the measure that is compared, such as the `monitor` of the study: loss, seconds and memory are better when lower, all others
   * when higher. Default: 'accuracy'
   */
  measure?: Monitor | 'seconds' | 'memory';
}

/**
 * Compare the values of one axis of a study, averaged over all other axes: for each value n, mean, standard deviation, 95%
 * interval, and the paired difference from the baseline with a verdict, corrected for multiple comparisons (Holm 1979).
 *
 * Runs are paired that differ in this axis only. Runs with the same seed share their pictures, so they are averaged first, and n
 * is the number of seeds.
 *
 * @param records the `records` that `study` or `studies.loadStudy` returned
 * @param axis name of the axis
 * @returns a table with a row for each value, the baseline first
 * @throws {UserError} if the runs do not have the axis, or the axis not the baseline
 *
 * @example
 * ```ts
 * import { studies } from 'tunebook';
 * const { records } = studies.loadStudy('study');
 * const table = studies.compareBy(records, 'variant');
 * table.array('n'); // => [ 2, 2 ]
 * ```
 */
export function compareBy(records: readonly RunRecord[], axis: string, options?: CompareByOptions): ColumnTable {
  const { baseline, measure } = withDefaults<Required<CompareByOptions>>('compareBy', options, {
    baseline: undefined as unknown as Label,
    measure: 'accuracy',
  });
  const done = records.filter(({ state }) => state === 'done');
  const { values, base } = valuesOf(records, axis, baseline);
  const otherAxes = (record: RunRecord) => JSON.stringify({ ...record.axes, [axis]: null, seed: record.seed });
  const measured = (value: Label) =>
    new Map(
      done
        .filter((record) => record.axes[axis] === value && typeof record[measure] === 'number')
        .map((record) => [otherAxes(record), { seed: record.seed, value: record[measure]! }]),
    );
  const byValue = new Map(values.map((value) => [value, measured(value)]));
  const ofBaseline = byValue.get(base)!;
  const compared = values.filter((value) => value !== base);
  const pairs = compared.map((value) =>
    bySeed(
      [...byValue.get(value)!].flatMap(([key, { seed, value: own }]) => {
        const other = ofBaseline.get(key);
        return other ? [{ seed, value: own - other.value }] : [];
      }),
    ),
  );
  const isMonitor = measure !== 'seconds' && measure !== 'memory';
  const resolution = isMonitor ? resolutionOf(done, measure) : 0;
  const lowerIsBetter = !isMonitor || measures[measure].lowerIsBetter;
  const differences = judgeDifferences(pairs, { resolution, lowerIsBetter });
  return arquero.from(
    [base, ...compared].map((value) => {
      const own = byValue.get(value)!;
      const summary = summarize(bySeed([...own.values()]), 0.95, resolution);
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
        verdict: difference?.verdict ?? 'baseline',
      };
    }),
  );
}

/** The values of an axis in finished runs, and the baseline among them. @throws {UserError} if the axis or the value does not exist */
function valuesOf(records: readonly RunRecord[], axis: string, baseline: Label | undefined) {
  const axes = [...new Set(records.flatMap((record) => Object.keys(record.axes)))];
  if (!axes.includes(axis)) {
    throw new UserError(`compareBy: no axis '${axis}' in these runs; the axes are ${axes.join(', ') || 'none'}`);
  }
  const done = records.filter(({ state }) => state === 'done');
  const values = [...new Set(done.map((record) => record.axes[axis]!))];
  const base = baseline ?? values[0]!;
  if (values.includes(base)) return { values, base };
  const known = values.map((value) => JSON.stringify(value)).join(', ');
  throw new UserError(`compareBy: axis '${axis}' has no value ${JSON.stringify(base)}; its values are ${known}`);
}

/** The mean of each seed. */
function bySeed(measured: readonly { seed: number; value: number }[]): number[] {
  const seeds = [...new Set(measured.map(({ seed }) => seed))];
  return seeds.map((seed) => meanOf(measured.filter((one) => one.seed === seed).map(({ value }) => value)));
}
