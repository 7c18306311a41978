import { shown, UserError } from '../core/errors';
import { checkNumber } from '../core/options';
import { Random } from '../core/random';
import type { TrainSettings } from '../training';
import { type AxisValue, type Configuration, type Label, labelOf, labelsOf, type NamedSettings } from './axisValue';
import { type AxisRange, checkRange, countListed, holds, isRange, limits, listed, valueAt } from './range';
import { type CheckedAxis, drawConfigurations, grid, type Space, sizeOfSpace } from './space';

/**
 * What a study varies: for each axis a list of values, the usual one first, or a range of numbers. An axis with the name of a setting has
 * its values.
 */
export type Axes = {
  readonly [Name in Exclude<keyof TrainSettings, 'seed'>]?:
    | readonly (Exclude<TrainSettings[Name], object> | NamedSettings)[]
    | (TrainSettings[Name] extends number ? AxisRange : never);
} & { readonly [axis: string]: readonly AxisValue[] | AxisRange };

/**
 * Which combinations of the values of the axes a study runs. The first three list all values of an axis, so that a range needs
 * `points` or a step; the last two draw from the whole range.
 *
 * - `grid`: all.
 * - `one-factor`: the baseline, and the baseline with one axis at each of its other values.
 * - `leave-one-out`: the last value of every axis (all parts of a recipe on), and that with one axis at its first value (off).
 * - `random`: the baseline, and some configurations drawn at random without replacement (Bergstra and Bengio 2012).
 * - `tpe`: the baseline, some random configurations, and then one after the other those in which, by the results so far, an improvement
 *   is most likely (tree-structured Parzen estimator: Bergstra et al. 2011).
 */
export type Design = 'grid' | 'one-factor' | 'leave-one-out' | 'random' | 'tpe';

/**
 * The designs that a study can have.
 *
 * @example
 * ```ts
 * import { studies } from 'tunebook';
 * studies.designs; // => [ 'grid', 'one-factor', 'leave-one-out', 'random', 'tpe' ]
 * ```
 */
export const designs: readonly Design[] = ['grid', 'one-factor', 'leave-one-out', 'random', 'tpe'];

const isDrawn = (design: Design) => design === 'random' || design === 'tpe';

export interface ExpandOptions {
  /** Default: `grid` */
  design?: Design;
  /** the configuration that others are compared with, by axis. Default: the first value of each list; of a range, see `settings` */
  baseline?: Record<string, Label>;
  /** number of configurations of a design that draws them. Default: 10 */
  configurations?: number;
  /** decides what is drawn. Default: 0 */
  designSeed?: number;
  /**
   * what the baseline has on an axis with a range that is drawn from, if not given in `baseline`: the setting here, else its default in
   * `train`, else (outside of the range) the middle. Default: none
   */
  settings?: Partial<TrainSettings>;
}

/**
 * List the configurations of a design, the baseline first, without duplicates; of `tpe`, which chooses them by results, only the baseline.
 *
 * @throws {UserError} if an axis has no value or one twice, or the baseline has a value or axis that does not exist
 */
export function expandAxes(axes: Axes, options?: ExpandOptions): Configuration[] {
  const { design = 'grid', baseline = {}, configurations = 10, designSeed = 0, settings = {} } = options ?? {};
  const space = spaceOf(axes, design);
  const stray = Object.keys(baseline).find((axis) => !space.has(axis));
  if (stray !== undefined) {
    throw new UserError(`baseline: no axis '${stray}'; the axes are ${[...space.keys()].join(', ')}`);
  }
  const last = design === 'leave-one-out';
  const start: Configuration = Object.fromEntries(
    [...space].map(([axis, values]) => [axis, baselineValue(axis, values, { baseline, last, settings })]),
  );
  if (design === 'tpe') return [start];
  if (design === 'random') {
    checkNumber('configurations', configurations, { min: 1, integer: true });
    const drawn = drawConfigurations(space, configurations, new Random(designSeed, 'design'));
    return unique([start, ...drawn]).slice(0, configurations);
  }
  const lists = [...space] as [string, readonly AxisValue[]][];
  if (design === 'grid') return unique([start, ...grid(lists)]);
  return unique([
    start,
    ...lists.flatMap(([axis, values]) =>
      (last ? values.slice(0, 1) : values).map((value) => ({ ...start, [axis]: value })),
    ),
  ]);
}

/**
 * The largest number of configurations that a design can have, without listing them.
 *
 * @throws {UserError} as {@link expandAxes}
 */
export function countConfigurations(axes: Axes, { design = 'grid', configurations = 10 }: ExpandOptions = {}): number {
  const space = checkAxes(axes, design);
  if (isDrawn(design)) return Math.min(sizeOfSpace(space), configurations);
  const lengths = [...space.values()].map((values) => ('length' in values ? values.length : countListed(values)));
  if (design === 'one-factor') return lengths.reduce((sum, length) => sum + length - 1, 1);
  if (design === 'leave-one-out') return 1 + lengths.length;
  return lengths.reduce((product, length) => product * length, 1);
}

/** The values of each axis; of a design that does not draw, as lists. @throws {UserError} as {@link expandAxes} */
export function spaceOf(axes: Axes, design: Design): Space {
  const space = checkAxes(axes, design);
  if (isDrawn(design)) return space;
  return new Map<string, CheckedAxis>(
    [...space].map(([axis, values]) => [axis, 'length' in values ? values : listed(values)]),
  );
}

/** Check the values of each axis, without listing those of ranges. */
function checkAxes(axes: Axes, design: Design): Space {
  return new Map<string, CheckedAxis>(
    Object.entries(axes).map(([axis, values]): [string, CheckedAxis] => {
      if (!isRange(values)) return [axis, checkList(axis, values)];
      const range = checkRange(axis, values);
      if (!isDrawn(design) && countListed(range) === 0) {
        throw new UserError(
          `axis '${axis}': the design ${design} lists the values of a range: give a number of "points", such as 5, or a list; or take the design random or tpe`,
        );
      }
      if (isDrawn(design) && range.points > 0) {
        throw new UserError(
          `axis '${axis}': the design ${design} draws from the whole range: leave "points" out, or take the design grid`,
        );
      }
      return [axis, range];
    }),
  );
}

function checkList(axis: string, values: readonly AxisValue[]): readonly AxisValue[] {
  if (!Array.isArray(values) || values.length === 0) {
    throw new UserError(
      `axis '${axis}' must be a list of at least one value, or a range like { "min": 1e-5, "max": 1e-2, "scale": "log" }, got ${shown(values)}`,
    );
  }
  for (const value of values) {
    if (Array.isArray(value) || (typeof value === 'object' && value !== null && typeof value.name !== 'string')) {
      throw new UserError(
        `axis '${axis}': several options at once need a name, like { "name": "slow", "epochs": 40 }; got ${shown(value)}`,
      );
    }
  }
  const labels = values.map(labelOf);
  const seen = new Set<Label>();
  const twice = labels.find((label) => seen.size === seen.add(label).size);
  if (twice !== undefined) throw new UserError(`axis '${axis}' has the value ${shown(twice)} twice`);
  return values;
}

function baselineValue(
  axis: string,
  values: CheckedAxis,
  { baseline, last, settings }: { baseline: Record<string, Label>; last: boolean; settings: Partial<TrainSettings> },
): AxisValue {
  const given = Object.hasOwn(baseline, axis);
  if ('length' in values) {
    if (!given) return last ? values.at(-1)! : values[0]!;
    const found = values.find((value) => labelOf(value) === baseline[axis]);
    if (found !== undefined) return found;
    const known = values.slice(0, 20).map((value) => shown(labelOf(value)));
    throw new UserError(
      `baseline: axis '${axis}' has no value ${shown(baseline[axis])}; its values are ${known.join(', ')}`,
    );
  }
  const usual: unknown = given ? baseline[axis] : (settings[axis as keyof TrainSettings] ?? values.usual);
  if (holds(values, usual)) return usual;
  const [low, high] = limits(values);
  if (!given) return valueAt(values, (low + high) / 2);
  const { min, max, step } = values;
  const steps = step > 0 ? ` in steps of ${step}` : '';
  throw new UserError(`baseline: axis '${axis}' has no value ${shown(usual)}; its values are ${min} to ${max}${steps}`);
}

function unique(configurations: Configuration[]): Configuration[] {
  const byLabels = new Map<string, Configuration>();
  for (const configuration of configurations) {
    const key = JSON.stringify(labelsOf(configuration));
    if (!byLabels.has(key)) byLabels.set(key, configuration);
  }
  return [...byLabels.values()];
}
