import { Random } from '../../core/random';
import { argmax } from '../../metrics/argmax';
import { type Configuration, type Label, labelOf, labelsOf } from '../axisValue';
import {
  type CheckedAxis,
  configurationOf,
  drawConfiguration,
  drawConfigurations,
  type Space,
  sizeOfSpace,
} from '../space';
import type { Observations } from './observations';
import { type Density, listDensity, rangeDensity } from './parzen';

/** The part of the configurations that counts as good, and the most that do (as in Optuna). */
const GOOD = 0.1;
const MOST_GOOD = 25;
/** Values that are drawn for an axis, of which the most promising is taken (Bergstra et al. 2011 draw about as many). */
const CANDIDATES = 24;
/** Suggestions that are made, at most, until one is new and valid. */
const TRIES = 50;

/** Number of configurations that are drawn at random before others are suggested, with the baseline. */
export const startOf = (space: Space) => Math.max(5, 2 * space.size + 1);

/**
 * Suggest the next configuration of a study by the tree-structured Parzen estimator (Bergstra et al. 2011, "Algorithms for
 * hyper-parameter optimization"): on each axis, of some values drawn where good configurations are dense, take the one where good
 * ones are densest compared with the others.
 *
 * Configurations whose runs have not ended count as bad, so that several workers are not given almost the same one (the constant liar
 * of Ginsbourger et al. 2010, with the worst value).
 *
 * @param options `seed` of the random numbers, which also depend on how many configurations there are; `accepts`: whether a training can
 *   have a configuration
 * @returns a configuration that has not been suggested before; undefined if none is left
 */
export function suggest(
  space: Space,
  { ranked, pending }: Observations,
  { seed, accepts }: { seed: number; accepts: (configuration: Configuration) => boolean },
): Configuration | undefined {
  const known = [...ranked, ...pending];
  const taken = new Set(known.map((labels) => JSON.stringify(labels)));
  const isNew = (one: Configuration) => !taken.has(JSON.stringify(labelsOf(one))) && accepts(one);
  const random = new Random(seed, `tpe ${known.length}`);
  const good = ranked.slice(0, Math.min(MOST_GOOD, Math.ceil(GOOD * ranked.length)));
  const bad = [...ranked.slice(good.length), ...pending];
  const isStart = known.length < startOf(space) || good.length === 0;
  for (let tries = 0; tries < TRIES; tries++) {
    const one = isStart ? drawConfiguration(space, random) : promising(space, good, bad, random);
    if (isNew(one)) return one;
  }
  // almost all of a small space has been suggested
  const rest = drawConfigurations(space, Math.min(known.length + TRIES, sizeOfSpace(space)), random);
  return rest.find(isNew);
}

type Labels = Record<string, Label>;

function promising(space: Space, good: readonly Labels[], bad: readonly Labels[], random: Random): Configuration {
  const labels = [...space].map(([axis, values]) => {
    const better = densityOf(axis, values, good);
    const worse = densityOf(axis, values, bad);
    const drawn = Array.from({ length: CANDIDATES }, () => better.draw(random));
    const gains = drawn.map((value) => better.log(value) - worse.log(value));
    const value = drawn[argmax(gains)]!;
    return [axis, 'length' in values ? labelOf(values[value]!) : value] as const;
  });
  return configurationOf(space, Object.fromEntries(labels))!;
}

/** Of an axis with a list, the density of the places in it. */
function densityOf(axis: string, values: CheckedAxis, known: readonly Labels[]): Density<number> {
  const labels = known.map((one) => one[axis]!);
  if (!('length' in values)) return rangeDensity(values, labels as number[]);
  const places = new Map(values.map((value, i) => [labelOf(value), i]));
  return listDensity(
    values.length,
    labels.map((label) => places.get(label)!),
  );
}
