import { elements } from '../core/elements';
import { Random } from '../core/random';
import { tf } from '../tensorflow';

/**
 * Initialize the weights of a network at random, to train it from scratch: kernels from a normal distribution with variance
 * 2 / inputs, truncated at two standard deviations (He et al. 2015, as HeNormal of Keras); biases and moving means 0, scales and
 * moving variances 1.
 *
 * @param model changed in place
 * @param seed the same seed gives the same weights
 *
 * @example
 * ```ts
 * import { loadBackbone, models } from 'tunebook';
 *
 * const { model } = await loadBackbone('mobilenet-v1-0.25', { inputSize: 96, weights: 'none' });
 * models.assignRandomWeights(model, 1);
 * ```
 */
export function assignRandomWeights(model: tf.LayersModel, seed: number): void {
  for (const layer of model.layers) {
    if (layer.weights.length === 0) continue;
    const values = layer.weights.map(({ shape, originalName }) => {
      const sides = shape as number[];
      if (/gamma|variance/.test(originalName)) return tf.ones(sides);
      if (!/kernel/.test(originalName)) return tf.zeros(sides);
      return tf.tensor(heNormal(sides, /depthwise/.test(originalName), new Random(seed, originalName)), sides);
    });
    layer.setWeights(values);
    tf.dispose(values);
  }
}

/** The standard deviation of a standard normal that is cut off at two. */
const CUT_OFF = 0.87962566103423978;

function heNormal(shape: readonly number[], depthwise: boolean, random: Random): Float32Array {
  const size = elements(shape);
  const inputs = depthwise ? shape[0]! * shape[1]! : size / shape.at(-1)!; // each filter of a depthwise kernel sees one channel
  const deviation = Math.sqrt(2 / inputs) / CUT_OFF;
  return Float32Array.from({ length: size }, () => deviation * truncatedNormal(random));
}

/** A standard normal number, drawn again beyond two. */
function truncatedNormal(random: Random): number {
  for (;;) {
    const value = random.normal();
    if (Math.abs(value) <= 2) return value;
  }
}
