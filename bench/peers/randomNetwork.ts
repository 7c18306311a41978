import { buildArchitecture, multiplyAdds } from '../../src/models';
import { tf } from '../../src/tensorflow';

/**
 * A backbone whose weights are random, but such that activations stay in range: numbers that vanish or grow without bounds take
 * longer or shorter to compute with.
 *
 * @param gain of the variance from layer to layer: 2 where half of the numbers fall to a ReLU
 * @returns [batch, size, size, 3] to [batch, features]
 */
export function randomNetwork(name: string, inputSize: number, gain = 2): tf.LayersModel {
  const { model } = buildArchitecture(name, { inputSize, includeTop: false });
  const weights = model.weights.map(({ name: weight, shape }, i) => {
    const size = shape as number[];
    if (/gamma|variance/.test(weight)) return tf.randomUniform(size, 0.8, 1.2, 'float32', i + 1);
    if (/beta|bias|mean/.test(weight)) return tf.randomNormal(size, 0, 0.05, 'float32', i + 1);
    const fanIn = /depthwise/.test(weight) ? size[0]! * size[1]! : size.slice(0, -1).reduce((a, b) => a * b, 1);
    return tf.randomNormal(size, 0, Math.sqrt(gain / fanIn), 'float32', i + 1);
  });
  model.setWeights(weights);
  tf.dispose(weights);
  return model;
}

/** The names of the layers in the last blocks of a network. */
export function lastBlocks(name: string, inputSize: number, blocks: number): string[] {
  const { blocks: all } = buildArchitecture(name, { inputSize, includeTop: false });
  return all.slice(-blocks).flatMap(({ layers }) => layers);
}

/** Floating-point operations of one picture's way through some layers: two for a multiplication with addition. */
export function countFlops({ layers }: tf.LayersModel, names?: readonly string[]): number {
  return 2 * multiplyAdds({ layers: names ? layers.filter(({ name }) => names.includes(name)) : layers });
}
