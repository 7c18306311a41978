import assert from 'node:assert/strict';
import { keepInInferenceMode, tf } from '../../../src/tensorflow';
import { foldedNormalization } from '../../../src/tensorflow/graph';
import { difference, everyLayer } from './models';

const normalizations = (model: tf.LayersModel) =>
  model.layers.filter((layer) => layer.getClassName() === 'BatchNormalization');

/** Value and gradients of a loss over everything that learns. */
function gradients(model: tf.LayersModel, run: <T>(work: () => T) => T) {
  const x = tf.randomUniform([4, 16, 16, 3], -1, 1, 'float32', 1);
  const weights = tf.randomUniform([4, 5], -1, 1, 'float32', 2);
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  return run(() =>
    tf.variableGrads(
      () => (model.apply(x, { training: true }) as tf.Tensor).mul(weights).sum() as tf.Scalar,
      variables,
    ),
  );
}

const operations = (model: tf.LayersModel, run: <T>(work: () => T) => T) => {
  const before = tf.memory().numTensors;
  const { value, grads } = gradients(model, run);
  const kept = tf.memory().numTensors - before - Object.keys(grads).length - 1;
  tf.dispose([value, grads]);
  return kept;
};

describe('foldedNormalization', () => {
  for (const [what, freeze] of [
    ['scale and offset learn', (layer: tf.layers.Layer) => keepInInferenceMode(layer)],
    [
      'they are frozen',
      (layer: tf.layers.Layer) => {
        layer.trainable = false;
      },
    ],
  ] as const) {
    it(`changes neither values nor gradients when ${what}`, () => {
      const model = everyLayer();
      for (const layer of model.layers)
        if (layer.getClassName() === 'Dropout') (layer as never as { rate: number }).rate = 0;
      normalizations(model).forEach(freeze);
      const expected = gradients(model, (work) => work());
      const actual = gradients(model, foldedNormalization(model));
      assert.ok(difference(actual.value, expected.value) < 1e-5);
      assert.deepEqual(Object.keys(actual.grads), Object.keys(expected.grads));
      for (const [name, gradient] of Object.entries(expected.grads)) {
        const error = difference(actual.grads[name]!, gradient);
        assert.ok(error < 1e-4, `${name}: ${error}`);
      }
    });
  }

  it('does not change batch normalizations in training mode, and restores the layers', () => {
    const model = everyLayer();
    const statistics = () => normalizations(model).map((layer) => layer.getWeights().at(-1)!.dataSync().slice());
    const before = statistics();
    gradients(model, foldedNormalization(model));
    statistics().forEach((numbers, i) => assert.notDeepEqual(numbers, before[i]));
    const folded = foldedNormalization(model);
    assert.throws(() =>
      folded(() => {
        throw new Error('stop');
      }),
    );
    for (const layer of model.layers) assert.equal(Object.hasOwn(layer, 'call'), false);
  });

  it('keeps no tensors', () => {
    const model = everyLayer();
    normalizations(model).forEach((layer) => keepInInferenceMode(layer));
    const folded = foldedNormalization(model);
    operations(model, folded);
    const before = tf.memory().numTensors;
    operations(model, folded);
    assert.equal(tf.memory().numTensors - before, 2); // the inputs of the test itself
  });
});
