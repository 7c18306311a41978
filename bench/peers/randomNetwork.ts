import { backboneEntry, buildArchitecture, multiplyAdds } from '../../src/models';
import { tf } from '../../src/tensorflow';

/**
 * A backbone with random weights under which activations stay in a normal range: with numbers that vanish or grow without bounds
 * computation would be slower or faster than usual.
 *
 * @param gain factor for the variance of each layer's weights: 2 if a ReLU follows, which sets half of the numbers to 0
 * @returns [batch, size, size, 3] to [batch, features]
 */
export function randomNetwork(name: string, inputSize: number, gain = 2): tf.LayersModel {
  const { model } = buildArchitecture(backboneEntry(name).name, { inputSize, includeTop: false });
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

/** The names of the layers in a network's last blocks. */
export function lastBlocks(name: string, inputSize: number, blocks: number): string[] {
  const { blocks: all } = buildArchitecture(backboneEntry(name).name, { inputSize, includeTop: false });
  return all.slice(-blocks).flatMap(({ layers }) => layers);
}

/** Floating-point operations of some layers for one picture: two for each multiplication with addition. */
export function countFlops({ layers }: tf.LayersModel, names?: readonly string[]): number {
  return 2 * multiplyAdds({ layers: names ? layers.filter(({ name }) => names.includes(name)) : layers });
}
