import { shown, UserError } from '../core/errors';
import { checkNumber } from '../core/options';
import { Random } from '../core/random';
import type { TrainSettings } from '../training';

/** A value as shown in tables. */
export type Label = string | number | boolean | null;

/** Several settings under a name, as one value of an axis: `{ name: 'slow', epochs: 40, learningRate: 1e-3 }`. */
export type NamedSettings = {
  /** the name of the settings in tables and charts */
  name: string;
} & Partial<TrainSettings>;

/** One value of an axis: that of the setting that the axis is named after, or several settings under a name. */
export type AxisValue = Label | NamedSettings;

/** What a study varies: a list of values for each axis, the usual one first. An axis with the name of a setting has its values. */
export type Axes = {
  readonly [Name in Exclude<keyof TrainSettings, 'seed'>]?: readonly (TrainSettings[Name] | NamedSettings)[];
} & { readonly [axis: string]: readonly AxisValue[] };

/** One value of each axis. */
export type Configuration = Record<string, AxisValue>;

/**
 * Which combinations of the values of the axes a study runs.
 *
 * - `grid`: all.
 * - `one-factor`: the baseline, and the baseline with one axis at each of its other values.
 * - `leave-one-out`: the last value of every axis (all parts of a recipe on), and that with one axis at its first value (off).
 * - `random`: some of the grid, drawn without replacement, and the baseline (Bergstra and Bengio 2012).
 */
export type Design = 'grid' | 'one-factor' | 'leave-one-out' | 'random';

/**
 * The designs that a study can have.
 *
 * @example
 * ```ts
 * import { studies } from 'tunebook';
 * studies.designs; // => [ 'grid', 'one-factor', 'leave-one-out', 'random' ]
 * ```
 */
export const designs: readonly Design[] = ['grid', 'one-factor', 'leave-one-out', 'random'];

/** The most configurations of a grid that are listed in memory for a random design. */
const LARGEST_GRID = 100_000;

export interface ExpandOptions {
  /** Default: `grid` */
  design?: Design;
  /** the configuration that others are compared with, by axis. Default: the first value of each axis */
  baseline?: Record<string, Label>;
  /** number of configurations of a random design. Default: 10 */
  configurations?: number;
  /** of a random design. Default: 0 */
  seed?: number;
}

/** The label of a value, for tables and names. */
export function labelOf(value: AxisValue): Label {
  return typeof value === 'object' && value !== null ? value.name : value;
}

/** The labels of a configuration, by axis. */
export function labelsOf(configuration: Configuration): Record<string, Label> {
  return Object.fromEntries(Object.entries(configuration).map(([axis, value]) => [axis, labelOf(value)]));
}

/**
 * List the configurations of a design, the baseline first, without duplicates.
 *
 * @throws {UserError} if an axis has no value or one twice, or the baseline has a value or axis that does not exist
 */
export function expandAxes(axes: Axes, options?: ExpandOptions): Configuration[] {
  const { design = 'grid', baseline = {}, configurations = 10, seed = 0 } = options ?? {};
  checkAxes(axes);
  const names = Object.keys(axes);
  const last = design === 'leave-one-out';
  const start = Object.fromEntries(
    names.map((axis) => [axis, baselineValue(axis, axes[axis]!, baseline, last)]),
  ) as Configuration;
  const stray = Object.keys(baseline).find((axis) => !names.includes(axis));
  if (stray !== undefined) throw new UserError(`baseline: no axis '${stray}'; the axes are ${names.join(', ')}`);
  if (design === 'grid') return unique([start, ...grid(axes)]);
  if (design === 'random') {
    checkNumber('configurations', configurations, { min: 1, integer: true });
    return unique([start, ...drawn(axes, configurations, new Random(seed, 'design'))]).slice(0, configurations);
  }
  return unique([
    start,
    ...names.flatMap((axis) =>
      (last ? axes[axis]!.slice(0, 1) : axes[axis]!).map((value) => ({ ...start, [axis]: value })),
    ),
  ]);
}

/**
 * The largest number of configurations that a design can have, without listing them.
 *
 * @throws {UserError} as {@link expandAxes}
 */
export function countConfigurations(axes: Axes, { design = 'grid', configurations = 10 }: ExpandOptions = {}): number {
  checkAxes(axes);
  const lengths = Object.values(axes).map((values) => values.length);
  if (design === 'one-factor') return lengths.reduce((sum, length) => sum + length - 1, 1);
  if (design === 'leave-one-out') return 1 + lengths.length;
  const all = lengths.reduce((product, length) => product * length, 1);
  return design === 'random' ? Math.min(all, configurations) : all;
}

function checkAxes(axes: Axes): void {
  for (const [axis, values] of Object.entries(axes)) {
    if (!Array.isArray(values) || values.length === 0) {
      throw new UserError(`axis '${axis}' must be a list of at least one value, got ${shown(values)}`);
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
  }
}

function baselineValue(axis: string, values: readonly AxisValue[], baseline: Record<string, Label>, last: boolean) {
  if (!Object.hasOwn(baseline, axis)) return last ? values.at(-1)! : values[0]!;
  const found = values.find((value) => labelOf(value) === baseline[axis]);
  if (found !== undefined) return found;
  const known = values
    .slice(0, 20)
    .map((value) => shown(labelOf(value)))
    .join(', ');
  throw new UserError(`baseline: axis '${axis}' has no value ${shown(baseline[axis])}; its values are ${known}`);
}

function grid(axes: Axes): Configuration[] {
  return Object.entries(axes).reduce<Configuration[]>(
    (before, [axis, values]) => before.flatMap((one) => values.map((value) => ({ ...one, [axis]: value }))),
    [{}],
  );
}

/** Draw configurations of the grid without replacement: `count` and one more, as the baseline may be among them. */
function drawn(axes: Axes, count: number, random: Random): Configuration[] {
  const size = Object.values(axes).reduce((product, values) => product * values.length, 1);
  if (size <= LARGEST_GRID) return random.shuffled(grid(axes));
  // of a grid that is too large to list, draw values for each axis until enough configurations differ
  const places = new Map<string, Configuration>();
  while (places.size < Math.min(count + 1, size)) {
    const one = Object.fromEntries(
      Object.entries(axes).map(([axis, values]) => [axis, values[random.integer(values.length)]!]),
    );
    places.set(JSON.stringify(labelsOf(one)), one);
  }
  return [...places.values()];
}

function unique(configurations: Configuration[]): Configuration[] {
  const byLabels = new Map<string, Configuration>();
  for (const configuration of configurations) {
    const key = JSON.stringify(labelsOf(configuration));
    if (!byLabels.has(key)) byLabels.set(key, configuration);
  }
  return [...byLabels.values()];
}
