import type { Random } from '../../core/random';
import { normalDistribution } from '../../metrics/normal';
import { type CheckedRange, cellOf, limits, outerLimits, position, valueAt } from '../range';

/** The distribution of good or bad values on one axis, estimated from some of them. */
export interface Density<T> {
  draw(random: Random): T;
  /** logarithm of the density, or of the probability where there are separate values */
  log(value: T): number;
}

/** A normal distribution between the limits of a range. */
interface Kernel {
  mean: number;
  deviation: number;
  /** its mass between the limits, before it was cut off there */
  mass: number;
}

/** Draws after which a kernel gives its mean: each has a chance of at least a third, as means lie between the limits. */
const TRIES = 100;

/**
 * The Parzen estimator of values in a range (Bergstra et al. 2011, section 4): the mean of a normal distribution around each value, and
 * of one over the whole range, all of them cut off at its limits. As wide as the distance to the farther neighbour, but at most as the
 * range, and at least as a hundredth of it (more where there are fewer values). Whole numbers and steps get the mass of their cells.
 */
export function rangeDensity(range: CheckedRange, values: readonly number[]): Density<number> {
  const [low, high] = outerLimits(range);
  const kernels = kernelsOf(range, values);
  return {
    draw(random) {
      const { mean, deviation } = kernels[random.integer(kernels.length)]!;
      for (let tries = 0; tries < TRIES; tries++) {
        const at = mean + deviation * random.normal();
        if (at >= low && at <= high) return valueAt(range, at);
      }
      return valueAt(range, mean);
    },
    log(value) {
      const cell = cellOf(range, value);
      const at = position(range, value);
      const sum = kernels.reduce((total, { mean, deviation, mass }) => {
        const z = (at - mean) / deviation;
        const own = cell
          ? normalDistribution((cell[1] - mean) / deviation) - normalDistribution((cell[0] - mean) / deviation)
          : Math.exp(-0.5 * z * z) / (deviation * Math.sqrt(2 * Math.PI));
        return total + own / mass;
      }, 0);
      return Math.log(sum / kernels.length);
    },
  };
}

function kernelsOf(range: CheckedRange, values: readonly number[]): Kernel[] {
  const [low, high] = outerLimits(range);
  const [first, last] = limits(range);
  const whole = high - low;
  const narrowest = whole / Math.min(100, 2 + values.length);
  const prior = (low + high) / 2;
  const means = [...values.map((value) => position(range, value)), prior].sort((a, b) => a - b);
  const wide = means.indexOf(prior);
  return means.map((mean, i) => {
    const left = mean - (means[i - 1] ?? first);
    const right = (means[i + 1] ?? last) - mean;
    const deviation = i === wide ? whole : Math.min(whole, Math.max(narrowest, left, right));
    const mass = normalDistribution((high - mean) / deviation) - normalDistribution((low - mean) / deviation);
    return { mean, deviation, mass };
  });
}

/** The distribution over the places of a list: how often each was taken, plus one (Bergstra et al. 2011, section 4). */
export function listDensity(length: number, places: readonly number[]): Density<number> {
  const pool = [...Array.from({ length }, (_, place) => place), ...places];
  return {
    draw: (random) => pool[random.integer(pool.length)]!,
    log: (place) => Math.log(pool.filter((each) => each === place).length / pool.length),
  };
}
