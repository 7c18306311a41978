import { type Chart, paretoChart } from '../../src/charts';
import { alignColumns, signed } from '../../src/core/text';
import { meanOf } from '../../src/metrics/mean';
import { summarize } from '../../src/study/statistics';
import { REFERENCE } from './catalog';
import type { Run } from './runs';

/** An end of an interval, which a single pair does not have. */
const endOf = (value: number | null) => (value === null ? '?' : signed(value));

/** The recipe's accuracy minus that of another one on the same set with the same seed, for each pair of both. */
function gains(runs: readonly Run[], recipe: string, base: string): { set: string; gain: number }[] {
  return runs
    .filter((run) => run.recipe === recipe)
    .flatMap(({ set, seed, accuracy }) => {
      const other = runs.find((run) => run.set === set && run.seed === seed && run.recipe === base);
      return other ? [{ set, gain: accuracy - other.accuracy }] : [];
    });
}

/** Mean with its interval, as in '+0.021 (+0.009 to +0.033)'. */
const described = ({ mean, low, high }: { mean: number; low: number | null; high: number | null }) =>
  `${signed(mean)} (${endOf(low)} to ${endOf(high)})`;

/**
 * The mean accuracy of each recipe on each set, and its paired difference to one of them with the 95% interval over the seeds.
 *
 * @param base the recipe that the others are compared with
 */
export function recipeTable(
  runs: readonly Run[],
  sets: readonly string[],
  names: readonly string[],
  base = REFERENCE,
): string {
  const rows = sets.flatMap((set) =>
    names.map((name) => {
      const own = runs.filter((run) => run.set === set && run.recipe === name);
      const gain = summarize(
        gains(own.concat(runs.filter((run) => run.recipe === base)), name, base).map((one) => one.gain),
      );
      const parts = own.flatMap(({ part }) => part ?? []);
      return [
        ...[set, name, String(own.length), meanOf(own.map(({ accuracy }) => accuracy)).toFixed(3)],
        name === base || !gain ? '' : described(gain),
        ...[meanOf(own.map(({ seconds }) => seconds)).toFixed(0), parts.length > 0 ? meanOf(parts).toFixed(2) : ''],
      ];
    }),
  );
  const header = ['set', 'recipe', 'seeds', 'accuracy', `minus ${base}`, 'seconds', 'part of the way'];
  return alignColumns([header, ...rows], [false, false, true, true, true, true, true]);
}

/**
 * What each recipe is worth over all sets, beside one of them: the mean of the sets' mean gains, that of all pairs with its 95% interval,
 * the worst set, and the sets that are below by more than their interval.
 *
 * @param base the recipe that the others are compared with
 */
export function summaryTable(runs: readonly Run[], names: readonly string[], base = REFERENCE): string {
  const rows = names
    .filter((name) => name !== base)
    .flatMap((name) => {
      const all = gains(runs, name, base);
      const sets = [...new Set(all.map(({ set }) => set))];
      const means = sets.map((set) => ({
        set,
        ...summarize(all.filter((one) => one.set === set).map((one) => one.gain))!,
      }));
      if (means.length === 0) return [];
      const worst = means.reduce((found, one) => (one.mean < found.mean ? one : found));
      const below = means.filter(({ high }) => high !== null && high < 0).map(({ set }) => set);
      return [
        [
          ...[name, String(sets.length), String(all.length), signed(meanOf(means.map(({ mean }) => mean)))],
          described(summarize(all.map(({ gain }) => gain))!),
          ...[`${signed(worst.mean)} ${worst.set}`, below.join(' ') || 'none'],
        ],
      ];
    });
  const header = [
    'recipe',
    'sets',
    'pairs',
    'mean gain',
    'of all pairs',
    'worst set',
    'below by more than the interval',
  ];
  return alignColumns([header, ...rows], [false, true, true, true, false, false, false]);
}

/** Accuracy against seconds, the mean over the sets and seeds that all of these recipes were measured on. */
export function timeChart(runs: readonly Run[], names: readonly string[]): Chart {
  const measured = names.filter((name) => runs.some(({ recipe }) => recipe === name));
  const at = ({ set, seed }: Run) => `${set} ${seed}`;
  const [first, ...others] = measured.map((name) => runs.filter(({ recipe }) => recipe === name).map(at));
  const common = new Set(first!.filter((place) => others.every((own) => own.includes(place))));
  const rows = measured.map((recipe) => {
    const own = runs.filter((run) => run.recipe === recipe && common.has(at(run)));
    const { mean, low, high } = summarize(own.map(({ accuracy }) => accuracy)) ?? { mean: 0, low: null, high: null };
    return { axes: { recipe }, accuracy: { mean, low, high }, seconds: meanOf(own.map(({ seconds }) => seconds)) };
  });
  return paretoChart(rows, { title: `Test accuracy against time, ${common.size} trainings each` });
}
