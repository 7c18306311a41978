import { backboneEntry, buildArchitecture } from '../../../src/models';
import { tf } from '../../../src/tensorflow';
import { formulaPicture } from '../../models/keras';

/** Numbers between offset - scale and offset + scale, from a hash of the name and the position, as in gradCam.py. */
function uniform(name: string, count: number, { scale, offset }: { scale: number; offset: number }): Float32Array {
  const phase = [...name].reduce((sum, letter, i) => (sum + (i + 1) * letter.charCodeAt(0)) >>> 0, 0);
  const start = Math.imul(phase, 40503);
  const values = new Float32Array(count); // a plain loop: the largest network has 64 million weights
  for (let i = 0; i < count; i++) {
    let x = (Math.imul(i + 1, 2654435761) + start) >>> 0;
    x ^= x >>> 15;
    x = Math.imul(x, 2246822519) >>> 0;
    x ^= x >>> 13;
    values[i] = offset + scale * Math.fround((x >>> 0) / 2 ** 31 - 1);
  }
  return values;
}

/** The range of a layer's weights, by their kind. */
function rangeOf(layer: string, kind: string, inputs: number): { scale: number; offset: number } {
  if (kind.includes('kernel')) return { scale: Math.sqrt(6 / inputs), offset: 0 };
  // a residual branch adds a part, as in oracle.py
  if (kind === 'gamma' && /project|_3_bn$/.test(layer)) return { scale: 0.1, offset: 0.3 };
  if (kind === 'gamma' || kind === 'moving_variance') return { scale: 0.2, offset: 1 };
  const constant = { mean: 0.45, variance: 0.2, count: 7 }[kind];
  return constant === undefined ? { scale: 0.05, offset: 0 } : { scale: 0, offset: constant };
}

/** Set a network's weights by a formula, which gives the same in every process and in Keras. */
export function fill(model: tf.LayersModel): void {
  for (const layer of model.layers) {
    const values = layer.weights.map((weight) => {
      const kind = weight.originalName.split('/').at(-1)!;
      const shape = weight.shape as number[];
      const size = shape.reduce((product, side) => product * side, 1);
      const inputs = kind.startsWith('depthwise') ? shape[0]! * shape[1]! : size / shape.at(-1)!;
      const name = `${layer.name}/${kind.replace('depthwise_kernel', 'kernel')}`;
      return tf.tensor(uniform(name, size, rangeOf(layer.name, kind, inputs)), shape);
    });
    if (values.length > 0) layer.setWeights(values);
    tf.dispose(values);
  }
}

/** A backbone with made-up weights at `size` pixels, with a head for three classes. */
export function classifier(name: string, size: number, classes = 3) {
  const { model } = buildArchitecture(backboneEntry(name).name, { includeTop: false, inputSize: size });
  const entry = backboneEntry(name);
  const head = tf.sequential({
    layers: [tf.layers.dense({ name: 'logits', units: classes, inputShape: [model.outputs[0]!.shape.at(-1)!] })],
  });
  fill(model);
  fill(head);
  return {
    backbone: { entry: { ...entry, preprocessing: { ...entry.preprocessing, inputSize: size } }, model },
    head,
    dispose: () => [model, head].forEach((each) => void each.dispose()),
  };
}

/** A picture by a formula. */
export const pixels = (size: number) => Uint8Array.from(formulaPicture(size));
