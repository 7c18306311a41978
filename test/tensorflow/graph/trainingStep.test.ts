import assert from 'node:assert/strict';
import { tf } from '../../../src/tensorflow';
import { sparseSoftmaxCrossEntropy } from '../../../src/tensorflow/gradients';
import { compile } from '../../../src/tensorflow/graph';
import { attribute, DataType, nodeBackend } from '../../../src/tensorflow/graph/backend';
import { difference, smallNetwork } from './models';

const BATCHES = [16, 16, 5, 16, 3];

const OPTIMIZERS = {
  sgd: () => tf.train.sgd(0.05),
  momentum: () => tf.train.momentum(0.02, 0.9),
  adam: () => tf.train.adam(1e-3),
  rmsprop: () => tf.train.rmsprop(1e-3),
};

/** Five steps on batches of different sizes; the losses, and all weights afterwards. */
function train(frozenNormalization: boolean, optimizer: tf.Optimizer, compiled: boolean, keepVariables = false) {
  const model = smallNetwork(frozenNormalization);
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const step = (x: tf.Tensor, labels: tf.Tensor) => {
    const loss = () => {
      const logits = model.apply(x, { training: true }) as tf.Tensor2D;
      return sparseSoftmaxCrossEntropy(labels as tf.Tensor1D, logits).mean() as tf.Scalar;
    };
    return optimizer.minimize(loss, true, variables) as tf.Tensor;
  };
  const graph = compile(step, { name: 'the step', keepVariables, onFallback: (message) => assert.fail(message) });
  const losses = BATCHES.map((batch, i) => {
    const x = tf.randomUniform([batch, 12, 12, 3], -1, 1, 'float32', i + 1);
    const labels = tf.randomUniform([batch], 0, 4, 'int32', i + 50);
    const loss = compiled ? graph.call(x, labels) : step(x, labels);
    return loss.dataSync()[0]!;
  });
  graph.dispose();
  return { losses, weights: model.getWeights(), report: graph.report };
}

describe('a compiled training step', () => {
  for (const frozenNormalization of [true, false]) {
    const mode = frozenNormalization ? 'inference' : 'training';
    for (const [name, make] of Object.entries(OPTIMIZERS)) {
      const title = `gives the same weights as the step itself, with ${name} and normalization in ${mode} mode`;
      const check = (keepVariables: boolean) => {
        const expected = train(frozenNormalization, make(), false);
        const actual = train(frozenNormalization, make(), true, keepVariables);
        assert.equal(actual.report?.anyBatch, true);
        assert.ok(new Set(expected.losses).size === BATCHES.length);
        actual.losses.forEach((loss, i) => {
          assert.ok(Math.abs(loss - expected.losses[i]!) < 1e-5 * expected.losses[i]!, `loss ${i}`);
        });
        actual.weights.forEach((weight, i) => {
          const error = difference(weight, expected.weights[i]!);
          assert.ok(error < 1e-5, `weight ${i}: ${error}`);
        });
      };
      it(title, () => check(false));
      it(`${title}, if variables are kept in the session as on a GPU`, () => check(true));
    }
  }

  const makesOneGraph = (keepVariables: boolean) => {
    const model = smallNetwork(false);
    const optimizer = tf.train.adam(keepVariables ? 2e-3 : 3e-3); // no other test leaves a session of this graph
    const fn = (x: tf.Tensor, labels: tf.Tensor) => {
      const loss = () =>
        sparseSoftmaxCrossEntropy(labels as tf.Tensor1D, model.apply(x, { training: true }) as tf.Tensor2D).mean();
      return optimizer.minimize(loss as () => tf.Scalar, true) as tf.Tensor;
    };
    const step = compile(fn, { keepVariables });
    const backend = tf.backend() as unknown as { getNumOfSavedModels(): number; getNumOfTFTensors(): number };
    const sessions = backend.getNumOfSavedModels();
    const run = (batch: number) =>
      tf.tidy(() => step.call(tf.zeros([batch, 12, 12, 3]), tf.zeros([batch], 'int32')).dataSync()[0]!);
    run(4);
    const held = () => [
      backend.getNumOfSavedModels(),
      ...[tf.memory().numTensors, tf.memory().numDataBuffers, backend.getNumOfTFTensors()],
    ];
    const before = held();
    for (let i = 0; i < 100; i++) run(1 + (i % 7));
    assert.deepEqual(held(), before);
    assert.equal(backend.getNumOfSavedModels() - sessions, 1);
    step.dispose();
  };
  it('makes one graph for all batch sizes and keeps no tensors', () => makesOneGraph(false));
  it('does so if variables are kept in the session', () => makesOneGraph(true));

  it('has the learning rate as an input', () => {
    const weight = tf.variable(tf.scalar(1));
    const step = compile((x: tf.Tensor, learningRate: tf.Tensor) => {
      const { value, grads } = tf.variableGrads(() => weight.mul(x).sum() as tf.Scalar, [weight]);
      weight.assign(weight.sub(grads[weight.name]!.mul(learningRate)));
      return value as tf.Tensor;
    });
    const at = (rate: number) => {
      step.call(tf.ones([4]), tf.scalar(rate));
      return weight.dataSync()[0]!;
    };
    assert.deepEqual([at(0.25), at(0), at(0.5)], [0, 0, -2]);
    assert.equal(step.report?.fallback, null);
    weight.dispose();
    step.dispose();
  });

  it('draws new random numbers for each seed, as the step itself does', () => {
    const type = (name: string, dtype: keyof typeof DataType) => attribute.type(name, DataType[dtype]);
    const types = [type('dtype', 'float'), type('T', 'int32'), type('Tseed', 'int32')];
    const dropout = (x: tf.Tensor, seed: tf.Tensor) => {
      const shape = tf.tensor1d(x.shape, 'int32');
      const uniform = nodeBackend().executeSingleOutput('StatelessRandomUniform', types, [shape, seed]);
      return x.mul(uniform.greater(0.5).toFloat());
    };
    const compiled = compile(dropout);
    const masks = [1, 2, 2, 3].map((seed, i) => {
      const [x, seeds] = [tf.ones([4 + i, 50]), tf.tensor1d([seed, 7], 'int32')];
      const mask = compiled.call(x, seeds);
      assert.deepEqual(mask.dataSync(), dropout(x, seeds).dataSync());
      return mask.slice(0, 4).dataSync();
    });
    assert.equal(compiled.report?.fallback, null);
    assert.notDeepEqual(masks[0], masks[1]);
    assert.notDeepEqual(masks[2], masks[3]);
    compiled.dispose();
  });

  it('does not change weights, optimizer state or moving statistics while it is compiled', () => {
    const model = smallNetwork(false);
    const optimizer = tf.train.adam(1e-3);
    const before = model.getWeights().map((weight) => weight.dataSync().slice());
    const step = compile((x: tf.Tensor, labels: tf.Tensor) => {
      const loss = () =>
        sparseSoftmaxCrossEntropy(labels as tf.Tensor1D, model.apply(x, { training: true }) as tf.Tensor2D).mean();
      return optimizer.minimize(loss as () => tf.Scalar, true) as tf.Tensor;
    });
    step.compile(tf.randomUniform([4, 12, 12, 3]), tf.zeros([4], 'int32'));
    model.getWeights().forEach((weight, i) => assert.deepEqual(weight.dataSync(), before[i]));
    step.dispose();
  });
});
