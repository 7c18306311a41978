import { elements } from '../core/elements';
import type { tf } from '../tensorflow';

/**
 * Count the multiply-adds of one forward pass for one picture, as papers do: those of convolutions and dense layers.
 * Normalization, activations and sums, a few per cent more, are left out.
 *
 * @param model whose layers are counted, at the input size that it was built for
 * @returns a number of multiply-adds: half the floating-point operations (FLOPs)
 *
 * @example
 * ```ts
 * import { models } from 'tunebook';
 *
 * const { model } = models.buildArchitecture('mobilenet-v2', { includeTop: false });
 * models.multiplyAdds(model); // => 299494272
 * ```
 */
export function multiplyAdds({ layers }: Pick<tf.LayersModel, 'layers'>): number {
  return layers.reduce((sum, layer) => sum + ofLayer(layer), 0);
}

function ofLayer(layer: tf.layers.Layer): number {
  const output = (layer.outputShape as (number | null)[]).slice(1) as number[];
  const places = elements(output.slice(0, -1));
  // every number of a kernel is used once at each place of the output: [height, width, in, out], [height, width, channels,
  // filters a channel] or [in, out]; separable convolutions have two
  const kernels = layer.weights.filter(({ originalName }) => /kernel$/.test(originalName));
  const numbers = kernels.map(({ shape }) => elements(shape as number[]));
  return places * numbers.reduce((sum, count) => sum + count, 0);
}
