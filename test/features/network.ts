import { tf } from '../../src/tensorflow';
import { formula } from '../training/formulas';

let networks = 0;

export const blocks = ['a', 'b', 'c'].map((name) => ({
  name,
  layers: [`${name}_conv`, `${name}_bn`, `${name}_relu`, `${name}_add`],
}));

/** A small residual network, from [batch, 4, 4, 2] to [batch, 4]; its weights come from formulas. */
export function network(): tf.LayersModel {
  const input = tf.input({ shape: [4, 4, 2] });
  const convolution = (name: string, x: tf.SymbolicTensor) =>
    tf.layers
      .conv2d({ name: `${name}_conv`, filters: 4, kernelSize: 3, padding: 'same', useBias: false })
      .apply(x) as tf.SymbolicTensor;
  const stage = (name: string, x: tf.SymbolicTensor) => {
    const normalized = tf.layers.batchNormalization({ name: `${name}_bn`, momentum: 0.9 }).apply(convolution(name, x));
    return tf.layers.reLU({ name: `${name}_relu` }).apply(normalized) as tf.SymbolicTensor;
  };
  const a = stage('a', input);
  const b = stage('b', a);
  const c = tf.layers.add({ name: 'c_add' }).apply([convolution('c', b), b]) as tf.SymbolicTensor;
  const output = tf.layers.globalAveragePooling2d({ name: 'pool' }).apply(c) as tf.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs: output, name: `network-${networks++}` });
  tf.tidy(() => {
    model.layers.forEach((layer, i) => {
      const values = layer.getWeights().map((weight, j) => {
        const shift = layer.getClassName() === 'BatchNormalization' && j !== 1 && j !== 2 ? 1.5 : 0;
        return tf.tensor(
          formula(weight.size, 0.3 + 0.1 * i + 0.07 * j, (v) => shift + v / 2),
          weight.shape,
        );
      });
      if (values.length > 0) layer.setWeights(values);
    });
  });
  return model;
}
