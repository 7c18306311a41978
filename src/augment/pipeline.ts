import { UserError } from '../core/errors';
import type { Augmentation } from './augmentation';
import { runOps } from './run';

/**
 * Combine augmentation operations into a pipeline that applies them in order. Neighbouring operations that move pixels, or that
 * change colours linearly, are merged, so that they are fast and pixels are interpolated once.
 *
 * @param ops operations or pipelines from the namespace `augment`; an empty list changes nothing
 * @throws {UserError} when an element of the list is not an augmentation
 *
 * @example
 * ```ts
 * import { augment, augmentation, tf } from 'tunebook';
 *
 * const pipeline = augmentation([augment.rotation({ degrees: 20 }), augment.horizontalFlip()]);
 * pipeline.name; // => 'rotation + horizontalFlip'
 * const pictures = tf.ones<tf.Rank.R4>([2, 32, 32, 3]).mul(255) as tf.Tensor4D;
 * const augmented = await pipeline.apply(pictures, { seed: 1 });
 * augmented.shape; // => [ 2, 32, 32, 3 ]
 * ```
 */
export function augmentation(ops: readonly Augmentation[]): Augmentation {
  const wrong = Array.isArray(ops) ? ops.findIndex((op) => !Array.isArray(op?.ops)) : 0;
  if (wrong >= 0) {
    const got = Array.isArray(ops) ? `a ${typeof ops[wrong]} at position ${wrong}` : typeof ops;
    throw new UserError(`augmentation: expected a list of operations like [rotation(), horizontalFlip()], got ${got}`);
  }
  const flat = ops.flatMap((op) => [...op.ops]);
  return {
    name: flat.map(({ name }) => name).join(' + ') || 'nothing',
    settings: { ops: flat.map(({ name, settings }) => [name, settings]) },
    ops: flat,
    apply: runOps('augmentation', () => flat),
  };
}
