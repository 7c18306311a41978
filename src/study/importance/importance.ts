import { UserError } from '../../core/errors';
import { checkNumber, withDefaults } from '../../core/options';
import { Random } from '../../core/random';
import { type Monitor, measures } from '../../metrics/measures';
import type { StudyResult } from '../result';
import { meanOf } from '../statistics';
import { percentile } from '../statistics/percentile';
import { type AxisCells, cellsOf } from './cells';
import { type Measured, measuredConfigurations } from './measured';
import { growTree, type Sample } from './tree';
import { sharesOf } from './variance';

/** Options of `importance`. */
export interface ImportanceOptions {
  /** number of trees, 10 to 1,000. Default: 100 */
  trees?: number;
  /** decides what each tree is grown from. Default: 0 */
  seed?: number;
}

/** The part of the differences between configurations that is due to an axis. */
export interface AxisImportance {
  /** name of the axis */
  axis: string;
  /** of the variance over all configurations, from 0 to 1: mean over the trees */
  share: number;
  /** lower end of the 95% interval over the trees */
  low: number;
  /** upper end of the 95% interval over the trees */
  high: number;
}

/** What the results of a study depend on. */
export interface Importance {
  /** the most important axis first */
  axes: AxisImportance[];
  /** the part that is due to several axes together, with its interval */
  interactions: Omit<AxisImportance, 'axis'>;
  /** what the study goes by, whose variance is divided */
  monitor: Monitor;
  /** number of configurations that were used */
  configurations: number;
  /**
   * the part of the variance between configurations that trees explain which did not see them (R², out of bag); at 0 or less they predict
   * no better than the mean
   */
  explained: number;
  /** reasons not to rely on the numbers, in sentences; empty if there are none */
  notes: string[];
}

/** The most configurations: more would not change the shares much, and take long. */
const MOST = 1000;
const MOST_AXES = 100;
/** Configurations for each axis, below which a note says that they are few. */
const ENOUGH = 10;
/** With less of the variance explained, a note says so. */
const LITTLE = 0.3;

/**
 * Which axes of a study matter: the part of the variance between configurations that each explains alone, and the part that is due to
 * several together (functional ANOVA of a random forest: Hutter et al. 2014, "An efficient approach for assessing hyperparameter
 * importance"). All values of an axis count the same, also where few were run: those of a list, and of a range on its scale.
 *
 * Each tree is grown from a bootstrap sample of the configurations, and takes their mean over a bootstrap sample of the seeds, so the
 * intervals show how much the shares depend on which of them were run. They are those of single trees, hence rather too wide. If runs
 * were pruned, all are compared after as many epochs as the shortest has.
 *
 * @param result what `study` or `studies.loadStudy` returned
 * @throws {UserError} if the study has no axis with two values, or fewer than 4 configurations with results
 *
 * @example
 * ```ts
 * import { study, studies } from 'tunebook';
 * const settings = { backbone: 'mobilenet-v1-0.25', inputSize: 96, weights: 'random', epochs: 1 } as const;
 * const axes = { dropout: { min: 0, max: 0.8 }, head: ['linear', 'dense'] } as const;
 * const result = await study({ data: 'photos', settings, axes, design: 'random', configurations: 6, seeds: 1 });
 * const { axes: important, configurations } = studies.importance(result);
 * important.length; // => 2
 * configurations; // => 6
 * ```
 */
export function importance(
  result: Pick<StudyResult, 'records' | 'monitor' | 'axes'>,
  options?: ImportanceOptions,
): Importance {
  const { trees, seed } = withDefaults<Required<ImportanceOptions>>('importance', options, { trees: 100, seed: 0 });
  checkNumber('importance: trees', trees, { min: 10, max: 1000, integer: true });
  checkNumber('importance: seed', seed, { min: 0, integer: true });
  const random = new Random(seed, 'importance');
  const { all, epochs } = measuredConfigurations(result);
  const measured = all.length > MOST ? random.shuffled(all).slice(0, MOST) : all;
  const names = Object.keys(measured[0]?.axes ?? {});
  const axes = names
    .map((axis) =>
      cellsOf(
        axis,
        Object.hasOwn(result.axes, axis) ? result.axes[axis] : undefined,
        measured.map((one) => one.axes[axis]!),
      ),
    )
    .filter(({ weights }) => weights.length > 1);
  if (axes.length === 0 || measured.length < 4) {
    throw new UserError(
      `importance: it needs an axis with two values and 4 configurations with results, got ${axes.length} such axes and ${measured.length} configurations: run more of the study`,
    );
  }
  if (axes.length > MOST_AXES) {
    throw new UserError(
      `importance: a study may have ${MOST_AXES} axes for this, got ${axes.length}: compare fewer at a time`,
    );
  }
  const { shares, explained } = forest(axes, measured, trees, random);
  const rows = axes.map(({ axis }, i) => ({ axis, ...summaryOf(shares.map((each) => each[i]!)) }));
  const rest = shares.map((each) => Math.max(0, 1 - each.reduce((sum, share) => sum + share, 0)));
  return {
    axes: rows.sort((a, b) => b.share - a.share),
    interactions: summaryOf(rest),
    monitor: result.monitor,
    configurations: measured.length,
    explained,
    notes:
      shares.length === 0
        ? [`All configurations have the same ${measures[result.monitor].title}.`]
        : notesOf({ axes: axes.length, measured: measured.length, of: all.length, explained, epochs }, result.monitor),
  };
}

/** Grow trees and divide their variance; those without any are left out. */
function forest(axes: readonly AxisCells[], measured: readonly Measured[], trees: number, random: Random) {
  const cells = measured.map((one) => axes.map(({ axis, cellOf }) => cellOf(one.axes[axis]!)));
  const seeds = [...new Set(measured.flatMap(({ bySeed }) => [...bySeed.keys()]))];
  const outOfBag = measured.map(() => [] as number[]);
  const shares: number[][] = [];
  for (let t = 0; t < trees; t++) {
    const drawnSeeds = seeds.map(() => seeds[random.integer(seeds.length)]!);
    const drawn = measured.map(() => random.integer(measured.length));
    const samples = drawn.map((i): Sample => ({ cells: cells[i]!, value: resultOver(measured[i]!, drawnSeeds) }));
    const tree = growTree(axes, samples, random);
    const own = sharesOf(axes, tree);
    if (own) shares.push(own);
    const inBag = new Set(drawn);
    cells.forEach((each, i) => {
      if (!inBag.has(i)) outOfBag[i]!.push(tree.predict(each));
    });
  }
  return { shares, explained: explainedBy(outOfBag, measured) };
}

/** The mean over some seeds, or over its own if it has none of them. */
function resultOver({ bySeed }: Measured, seeds: readonly number[]): number {
  const values = seeds.flatMap((seed) => bySeed.get(seed) ?? []);
  return meanOf(values.length > 0 ? values : [...bySeed.values()]);
}

/** The coefficient of determination of predictions; 0 if nothing varies. */
function explainedBy(predictions: readonly (readonly number[])[], measured: readonly Measured[]): number {
  const pairs = measured.flatMap(({ bySeed }, i) =>
    predictions[i]!.length > 0 ? [{ value: meanOf([...bySeed.values()]), predicted: meanOf(predictions[i]!) }] : [],
  );
  const mean = meanOf(pairs.map(({ value }) => value));
  const total = pairs.reduce((sum, { value }) => sum + (value - mean) ** 2, 0);
  const left = pairs.reduce((sum, { value, predicted }) => sum + (value - predicted) ** 2, 0);
  return total > 0 ? 1 - left / total : 0;
}

function summaryOf(shares: readonly number[]) {
  if (shares.length === 0) return { share: 0, low: 0, high: 0 }; // all configurations have the same result
  const sorted = [...shares].sort((a, b) => a - b);
  return { share: meanOf(shares), low: percentile(sorted, 0.025), high: percentile(sorted, 0.975) };
}

function notesOf(
  counts: { axes: number; measured: number; of: number; explained: number; epochs: number | undefined },
  monitor: Monitor,
): string[] {
  const { axes, measured, of, explained, epochs } = counts;
  const enough = ENOUGH * axes;
  const percent = Math.max(0, Math.round(100 * explained));
  return [
    measured < enough &&
      `${measured} configurations are few for ${axes} ${axes === 1 ? 'axis' : 'axes'}: about ${enough} are needed before the shares mean much.`,
    explained < LITTLE &&
      `The trees explain ${percent}% of the differences between configurations they have not seen, so the shares describe mostly chance.`,
    epochs !== undefined &&
      `Some runs were pruned, so all are compared by their best ${measures[monitor].title} up to epoch ${epochs}.`,
    measured < of && `${measured} of ${of} configurations were drawn at random, as more would take long.`,
  ].filter((note) => note !== false);
}
