import { UserError } from '../core/errors';
import { isBatchNormalization, type tf } from '../tensorflow';

/** How many of the weight tensors of a network differ from those of another: those of kernels and the like, and moving statistics. */
export interface ChangedWeights {
  /** Tensors that training with gradients changes: kernels, biases, and the scale and offset of batch normalization. */
  weights: { changed: number; total: number };
  /** Moving means and variances of batch normalization, which change without gradients. */
  statistics: { changed: number; total: number };
}

/**
 * Compare the weights of a network with those of the same layers in another, to the last bit: whether frozen layers have stayed as they
 * were, and what training has changed.
 *
 * @param before a model, such as a backbone as it was loaded
 * @param after a model that has layers of the same names and shapes, such as the backbone after training. It may have more layers
 * @returns numbers of weight tensors
 * @throws {UserError} when `after` lacks a layer of `before`, or it has another shape
 *
 * @example
 * ```ts
 * import { layers, loadBackbone } from 'tunebook';
 *
 * const options = { inputSize: 96, weights: 'none' } as const;
 * const [first, second] = [await loadBackbone('mobilenet-v1-0.25', options), await loadBackbone('mobilenet-v1-0.25', options)];
 * layers.changedWeights(first.model, first.model).weights; // => { changed: 0, total: 81 }
 * ```
 */
export function changedWeights(before: tf.LayersModel, after: tf.LayersModel): ChangedWeights {
  const found: ChangedWeights = { weights: { changed: 0, total: 0 }, statistics: { changed: 0, total: 0 } };
  const others = new Map(after.layers.map((layer) => [layer.name, layer]));
  for (const layer of before.layers) {
    const [own, other] = [layer.weights, others.get(layer.name)?.weights ?? []];
    if (own.length > 0 && !sameShapes(own, other)) {
      throw new UserError(
        `changedWeights: the second model has no layer '${layer.name}' with weights of the shapes ${shapes(own)}: give two models with the same layers`,
      );
    }
    own.forEach((weight, i) => {
      // scale, offset, and then the moving mean and variance, which no gradient reaches
      const moving = isBatchNormalization(layer) && /moving_/.test(weight.originalName);
      const count = moving ? found.statistics : found.weights;
      count.total += 1;
      if (differs(weight.read(), other[i]!.read())) count.changed += 1;
    });
  }
  return found;
}

type Weights = tf.layers.Layer['weights'];
const shapes = (weights: Weights) => JSON.stringify(weights.map(({ shape }) => shape));
const sameShapes = (own: Weights, other: Weights) => shapes(own) === shapes(other);

function differs(a: tf.Tensor, b: tf.Tensor): boolean {
  if (a === b) return false;
  const [left, right] = [a.dataSync(), b.dataSync()];
  return left.some((value, i) => !Object.is(value, right[i]));
}
