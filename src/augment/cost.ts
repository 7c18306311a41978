import { arquero } from '../core/arquero';
import type { ColumnTable } from '../core/columnTable';
import { checkNumber, withDefaults } from '../core/options';
import { tf } from '../tensorflow';
import type { Augmentation } from './augmentation';
import * as color from './color';
import * as geometric from './geometric';
import * as mixing from './mixing';
import * as noise from './noise';
import * as policies from './policies';
import { augmentationPresets } from './presets';

/** Options of {@link augmentationCost}. */
export interface CostOptions {
  /** Pictures per batch, at least 1. Default: 16 */
  batchSize?: number;
  /** Side of the pictures in pixels, at least 8. Default: 224 */
  size?: number;
  /** Batches that are timed, of which the median counts; at least 1. Default: 5 */
  repeats?: number;
}

/**
 * Every augmentation operation with its defaults and every preset, by name; presets as `preset NAME`.
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * Object.keys(augment.everyAugmentation()).includes('preset light'); // => true
 * ```
 */
export function everyAugmentation(): Record<string, Augmentation> {
  const makers = Object.entries({ ...geometric, ...color, ...noise, ...mixing, ...policies });
  const ops = makers.map(([name, make]) => [name, make()] as const);
  const presets = Object.entries(augmentationPresets).map(([name, { make }]) => [`preset ${name}`, make()] as const);
  return Object.fromEntries([...ops, ...presets]);
}

/**
 * Measure what augmentations cost on this machine.
 *
 * @param augmentations by name. Default: every operation and preset
 * @returns a table with the columns `augmentation`, `ms per picture` (the median) and `pictures per second`
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * const operations = { flip: augment.horizontalFlip(), blur: augment.gaussianBlur() };
 * const table = await augment.augmentationCost(operations, { batchSize: 2, size: 32, repeats: 1 });
 * table.print(); // milliseconds per picture and pictures per second of each
 * ```
 */
export async function augmentationCost(
  augmentations: Record<string, Augmentation> = everyAugmentation(),
  options?: CostOptions,
): Promise<ColumnTable> {
  const { batchSize, size, repeats } = withDefaults('augmentationCost', options, {
    batchSize: 16,
    size: 224,
    repeats: 5,
  });
  checkNumber('augmentationCost: batchSize', batchSize, { min: 1, integer: true });
  checkNumber('augmentationCost: size', size, { min: 8, integer: true });
  checkNumber('augmentationCost: repeats', repeats, { min: 1, integer: true });
  const images = tf.randomUniform<tf.Rank.R4>([batchSize, size, size, 3], 0, 255, 'float32', 1);
  const labels = tf.tidy(() => tf.oneHot(tf.range(0, batchSize, 1, 'int32'), batchSize).toFloat() as tf.Tensor2D);
  const milliseconds: number[] = [];
  try {
    for (const op of Object.values(augmentations)) {
      const times: number[] = [];
      for (let view = 0; view <= repeats; view++) {
        const began = performance.now();
        const result = await op.apply({ images, labels }, { view });
        await result.images.data();
        times.push(performance.now() - began);
        tf.dispose([result.images, result.labels]);
      }
      const timed = times.slice(1).sort((a, b) => a - b); // the first batch is warm-up
      milliseconds.push(timed[Math.floor(timed.length / 2)]! / batchSize);
    }
  } finally {
    tf.dispose([images, labels]);
  }
  return arquero.table({
    augmentation: Object.keys(augmentations),
    'ms per picture': milliseconds,
    'pictures per second': milliseconds.map((value) => Math.round(1000 / value)),
  });
}
