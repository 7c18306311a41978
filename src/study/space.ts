import type { Random } from '../core/random';
import { type AxisValue, type Configuration, type Label, labelOf } from './axisValue';
import { type CheckedRange, drawFrom, holds, listed, sizeOf } from './range';

/** The most configurations of a grid that are listed in memory. */
const LARGEST_GRID = 100_000;
/** Draws for each configuration that is wanted, after which those that differ so far must do. */
const TRIES = 1000;

/** The values of an axis, checked. */
export type CheckedAxis = readonly AxisValue[] | CheckedRange;

/** Axes that have been checked, by name. */
export type Space = ReadonlyMap<string, CheckedAxis>;

/** Number of different configurations; Infinity where an axis is continuous. */
export function sizeOfSpace(space: Space): number {
  return [...space.values()].reduce((product, axis) => product * ('length' in axis ? axis.length : sizeOf(axis)), 1);
}

/** All combinations of the values of some axes. */
export function grid(axes: readonly (readonly [axis: string, values: readonly AxisValue[]])[]): Configuration[] {
  return axes.reduce<Configuration[]>(
    (before, [axis, values]) => before.flatMap((one) => values.map((value) => ({ ...one, [axis]: value }))),
    [{}],
  );
}

/** One configuration, each axis on its own. */
export function drawConfiguration(space: Space, random: Random): Configuration {
  return Object.fromEntries([...space].map(([axis, values]) => [axis, drawValue(values, random)]));
}

function drawValue(values: CheckedAxis, random: Random): AxisValue {
  return 'length' in values ? values[random.integer(values.length)]! : drawFrom(values, random);
}

/**
 * Draw configurations without replacement: `count` and one more, as the baseline may be among them; fewer if there are no more. The first
 * ones are the same for every count.
 */
export function drawConfigurations(space: Space, count: number, random: Random): Configuration[] {
  const size = sizeOfSpace(space);
  const isSmall = size <= LARGEST_GRID;
  const isUniform = [...space.values()].every((values) => 'length' in values || !values.log);
  if (isSmall && isUniform) return random.shuffled(grid(listsOf(space)));
  const found = new Map<string, Configuration>();
  const add = (one: Configuration) => found.set(JSON.stringify(one), one);
  const wanted = Math.min(count + 1, size);
  for (let tries = 0; tries < TRIES * wanted && found.size < wanted; tries++) add(drawConfiguration(space, random));
  // what was not drawn because it is rare on a log scale
  if (isSmall && found.size < wanted) for (const one of grid(listsOf(space))) add(one);
  return [...found.values()];
}

/** The axes of a space of limited size as lists of all their values. */
function listsOf(space: Space): (readonly [string, readonly AxisValue[]])[] {
  return [...space].map(([axis, values]) => [axis, 'length' in values ? values : allOf(values)] as const);
}

function allOf(range: CheckedRange): number[] {
  if (range.step > 0) return listed({ ...range, points: 0 });
  return Array.from({ length: sizeOf(range) }, (_, i) => range.min + i); // whole numbers on a log scale
}

/** The configuration with these labels; undefined if an axis does not have one, or it is for other axes. */
export function configurationOf(space: Space, labels: Record<string, Label>): Configuration | undefined {
  if (Object.keys(labels).length !== space.size) return undefined;
  const entries = [...space].flatMap(([axis, values]) => {
    const label = Object.hasOwn(labels, axis) ? labels[axis]! : undefined;
    const value =
      'length' in values ? values.find((each) => labelOf(each) === label) : holds(values, label) ? label : undefined;
    return value === undefined || label === undefined ? [] : [[axis, value] as const];
  });
  return entries.length === space.size ? Object.fromEntries(entries) : undefined;
}
