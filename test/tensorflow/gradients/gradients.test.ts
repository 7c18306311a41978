import assert from 'node:assert/strict';
import { tf } from '../../../src/tensorflow';
import {
  batchNormInTraining,
  registerNativeGradients,
  softmaxCrossEntropy,
  sparseSoftmaxCrossEntropy,
} from '../../../src/tensorflow/gradients';
import { layerNormalization } from '../../../src/tensorflow/gradients/layerNormalization';
import { difference } from '../graph/models';
import { operations } from '../operations';

const random = (shape: number[], seed: number, low = -2, high = 2) =>
  tf.randomUniform(shape, low, high, 'float32', seed);

type Fn = (...inputs: tf.Tensor[]) => tf.Tensor;

/** Compares the function's gradients with those of tfjs for the same function, written with simple operations. */
function agree(fn: Fn, simple: Fn, inputs: tf.Tensor[], tolerance = 1e-5): void {
  const expectedValue = simple(...inputs);
  assert.ok(difference(fn(...inputs), expectedValue) < tolerance, 'values');
  const dy = random(expectedValue.shape, 99);
  const actual = tf.grads(fn)(inputs, dy);
  const expected = tf.grads(simple)(inputs, dy);
  actual.forEach((gradient, i) => {
    const error = difference(gradient, expected[i]!);
    assert.ok(error < tolerance, `gradient ${i}: ${error}`);
  });
}

/** Compares the function's gradients with central differences of its sum, at a few positions of each input. */
function agreeWithDifferences(fn: Fn, inputs: tf.Tensor[], step = 1e-2, tolerance = 2e-2): void {
  const weights = random(fn(...inputs).shape, 98);
  const loss = (...tensors: tf.Tensor[]) =>
    fn(...tensors)
      .mul(weights)
      .sum();
  const gradients = tf.grads(loss)(inputs);
  inputs.forEach((input, i) => {
    const values = input.dataSync();
    const gradient = gradients[i]!.dataSync();
    const scale = Math.max(...gradient.map(Math.abs));
    for (let place = 0; place < values.length; place += Math.ceil(values.length / 5)) {
      const at = (shift: number) => {
        const moved = values.slice();
        moved[place]! += shift;
        const tensors = inputs.map((tensor, j) => (i === j ? tf.tensor(moved, input.shape) : tensor));
        return loss(...tensors).dataSync()[0]!;
      };
      const slope = (at(step) - at(-step)) / (2 * step);
      assert.ok(Math.abs(slope - gradient[place]!) < tolerance * scale, `input ${i}, ${slope}, ${gradient[place]}`);
    }
  });
}

describe('the native gradients', () => {
  before(registerNativeGradients);

  it('of relu and relu6 equal those of minimum and maximum, and are one operation each', () => {
    const x = random([5, 7], 1, -3, 9);
    agree(
      (a) => tf.relu(a!),
      (a) => a!.maximum(0),
      [x],
    );
    agree(
      (a) => tf.relu6(a!),
      (a) => a!.maximum(0).minimum(6),
      [x],
    );
    const gradient = tf.grad((a) => tf.relu6(a));
    assert.deepEqual(
      operations(() => gradient(x, x)).filter((name) => /Relu|Mul|Select|Less/.test(name)),
      ['Relu6', 'Relu6Grad'],
    );
  });

  it('of sum and mean are distributed over the reduced axes, for every choice of axes', () => {
    const x = random([2, 3, 4], 2);
    for (const axis of [undefined, 0, -1, [0, 2], [1]]) {
      agreeWithDifferences((a) => a!.sum(axis), [x]);
      agreeWithDifferences((a) => a!.mean(axis), [x]);
      agreeWithDifferences((a) => a!.mean(axis, true), [x]);
    }
  });

  describe('of batch normalization in inference mode', () => {
    const x = random([3, 4, 4, 6], 3);
    const [mean, variance] = [random([6], 4), random([6], 5, 0.5, 2)];
    const [scale, offset] = [random([6], 6, 0.5, 2), random([6], 7)];
    const simple = (a: tf.Tensor, s: tf.Tensor, o: tf.Tensor) =>
      a.sub(mean).div(variance.add(1e-2).sqrt()).mul(s).add(o);
    const fused = (a: tf.Tensor, s: tf.Tensor, o: tf.Tensor) =>
      tf.batchNorm(
        a as tf.Tensor4D,
        mean as tf.Tensor1D,
        variance as tf.Tensor1D,
        o as tf.Tensor1D,
        s as tf.Tensor1D,
        1e-2,
      );

    it('are right for input, scale and offset', () => {
      agree(
        (a, s, o) => fused(a!, s, o),
        (a, s, o) => simple(a!, s!, o!),
        [x, scale, offset],
      );
    });

    it('are right for layers without scale or offset', () => {
      for (const options of [{ scale: false }, { center: false }, { scale: false, center: false }]) {
        const layer = tf.layers.batchNormalization({ inputShape: [4, 4, 6], epsilon: 1e-2, ...options });
        tf.sequential({ layers: [layer] });
        const gradient = tf.grad((a: tf.Tensor) => layer.call(a, { training: false }) as tf.Tensor)(x, x);
        assert.ok(difference(gradient, x.div(Math.sqrt(1.01))) < 1e-5);
      }
    });

    it('are right for variables, and are computed for all three at once', () => {
      const variables = [tf.variable(x), tf.variable(scale), tf.variable(offset)];
      const [a, s, o] = variables as [tf.Variable, tf.Variable, tf.Variable];
      const weights = random(x.shape, 8);
      const loss = (fn: Fn) => () => fn(a, s, o).mul(weights).sum() as tf.Scalar;
      const expected = tf.variableGrads(loss((...inputs) => simple(...(inputs as [tf.Tensor, tf.Tensor, tf.Tensor]))));
      let actual: typeof expected | undefined;
      const seen = operations(() => {
        actual = tf.variableGrads(loss((...inputs) => fused(...(inputs as [tf.Tensor, tf.Tensor, tf.Tensor]))));
      });
      assert.equal(seen.filter((name) => name === 'FusedBatchNormGradV3').length, 1);
      for (const { name } of variables) assert.ok(difference(actual!.grads[name]!, expected.grads[name]!) < 1e-5);
      tf.dispose(variables);
    });

    it('use those of tfjs for mean and variance', () => {
      agree(
        (m, v, o) =>
          tf.batchNorm(
            x as tf.Tensor4D,
            m as tf.Tensor1D,
            v as tf.Tensor1D,
            o as tf.Tensor1D,
            scale as tf.Tensor1D,
            1e-2,
          ),
        (m, v, o) => x.sub(m!).div(v!.add(1e-2).sqrt()).mul(scale).add(o!),
        [mean, variance, offset],
        1e-4,
      );
    });
  });

  describe('of batch normalization in training mode', () => {
    const simple = (x: tf.Tensor, s: tf.Tensor, o: tf.Tensor) => {
      const { mean, variance } = tf.moments(x, x.shape.map((_, i) => i).slice(0, -1));
      return x.sub(mean).div(variance.add(1e-2).sqrt()).mul(s).add(o);
    };

    for (const shape of [
      [4, 5, 5, 3],
      [9, 3],
      [4, 7, 3],
    ]) {
      it(`are right for rank ${shape.length}`, () => {
        agree(
          (x, s, o) => batchNormInTraining(x!, s!, o!, 1e-2).y,
          (x, s, o) => simple(x!, s!, o!),
          [random(shape, 9), random([3], 10, 0.5, 2), random([3], 11)],
          1e-4,
        );
      });
    }

    it('give the mean and the biased variance', () => {
      const x = random([4, 5, 5, 3], 12);
      const expected = tf.moments(x, [0, 1, 2]);
      const { mean, variance } = batchNormInTraining(x, tf.ones([3]), tf.zeros([3]), 1e-3);
      assert.ok(difference(mean, expected.mean) < 1e-5 && difference(variance, expected.variance) < 1e-5);
    });

    for (const options of [{}, { scale: false }, { center: false }]) {
      it(`update the statistics of a layer with ${JSON.stringify(options)}, as in Keras`, () => {
        const layer = tf.layers.batchNormalization({ inputShape: [2], momentum: 0.9, ...options });
        tf.sequential({ layers: [layer] });
        const output = layer.apply(tf.tensor2d([1, 2, 3, 4, 5, 60], [3, 2]), { training: true }) as tf.Tensor;
        assert.ok(Math.abs(output.sum().dataSync()[0]!) < 1e-4);
        const [mean, variance] = layer
          .getWeights()
          .slice(-2)
          .map((weight) => weight.dataSync());
        assert.ok(Math.abs(mean![0]! - 0.3) < 1e-6); // 0.9 * 0 + 0.1 * mean(1, 3, 5)
        assert.ok(Math.abs(variance![0]! - (0.9 + (0.1 * 8) / 3)) < 1e-6); // 0.9 * 1 + 0.1 * variance(1, 3, 5)
      });
    }
  });

  describe('of layer normalization', () => {
    const simple = (x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor) => {
      const { mean, variance } = tf.moments(x, -1, true);
      return x.sub(mean).div(variance.add(1e-3).sqrt()).mul(scale).add(offset);
    };

    it('are right for input, scale and offset', () => {
      for (const shape of [
        [3, 4, 4, 6],
        [5, 6],
      ]) {
        const inputs = [random(shape, 15, -1, 5), random([6], 16, 0.5, 2), random([6], 17)];
        const fused: Fn = (x, s, o) => layerNormalization(x!, s as tf.Tensor1D, o as tf.Tensor1D, 1e-3);
        agree(fused, (x, s, o) => simple(x!, s!, o!), inputs, 1e-4);
        agreeWithDifferences(fused, inputs);
      }
    });

    it('are those of the layer, with and without scale and offset, in as many operations for each number of channels', () => {
      const counts = [6, 60].map((channels) => {
        const [x, dy] = [random([2, 4, 4, channels], 18), random([2, 4, 4, channels], 21)];
        return [{}, { scale: false }, { center: false }].map((options) => {
          const layer = tf.layers.layerNormalization({ epsilon: 1e-3, ...options });
          layer.apply(tf.zerosLike(x)); // builds it
          const gradient = tf.grad((a: tf.Tensor) => layer.call(a, {}) as tf.Tensor);
          const expected = tf.grad((a: tf.Tensor) => simple(a, tf.ones([channels]), tf.zeros([channels])))(x, dy);
          let actual = x;
          const { length } = operations(() => {
            actual = gradient(x, dy);
          });
          assert.ok(difference(actual, expected) < 1e-4);
          return length;
        });
      });
      assert.deepEqual(counts[0], counts[1]);
      assert.ok(Math.max(...counts[0]!) < 30, `${counts[0]} operations`);
    });

    it('are those of tfjs over other axes', () => {
      const x = random([2, 4, 3], 19);
      const layer = tf.layers.layerNormalization({ axis: 1 });
      const simple = (a: tf.Tensor) => {
        const { mean, variance } = tf.moments(a, 1, true);
        return a.sub(mean).div(variance.add(1e-3).sqrt());
      };
      agree(
        (a) => layer.apply(a!) as tf.Tensor,
        (a) => simple(a!),
        [x],
        1e-4,
      );
    });
  });

  it('of gelu equal those of its definition by the error function', () => {
    const x = random([5, 7], 20, -6, 6);
    const layer = tf.layers.activation({ activation: 'gelu' as 'relu' });
    agree(
      (a) => layer.apply(a!) as tf.Tensor,
      (a) => a!.div(Math.SQRT2).erf().add(1).mul(0.5).mul(a!),
      [x],
    );
    agreeWithDifferences((a) => layer.apply(a!) as tf.Tensor, [x]);
    const far = tf.grad((a: tf.Tensor) => layer.apply(a) as tf.Tensor)(tf.tensor1d([-1e4, -20, 0, 20, 1e4]));
    assert.deepEqual(Array.from(far.dataSync()), [0, 0, 0.5, 1, 1]);
  });

  it('of the fused cross-entropies equal those of log-softmax', () => {
    const logits = random([6, 4], 13) as tf.Tensor2D;
    const labels = tf.tensor1d([0, 3, 1, 2, 3, 0], 'int32');
    const smooth = tf.oneHot(labels, 4).toFloat().mul(0.9).add(0.025) as tf.Tensor2D;
    const simple = (target: tf.Tensor) => (z?: tf.Tensor) => tf.logSoftmax(z!).mul(target).sum(1).neg();
    agree((z) => sparseSoftmaxCrossEntropy(labels, z as tf.Tensor2D), simple(tf.oneHot(labels, 4).toFloat()), [logits]);
    agree((z) => softmaxCrossEntropy(smooth, z as tf.Tensor2D), simple(smooth), [logits]);
  });

  it('keep no tensors', () => {
    const layer = tf.layers.batchNormalization({ inputShape: [4, 4, 2] });
    const model = tf.sequential({ layers: [layer, tf.layers.reLU({ maxValue: 6 })] });
    const x = random([3, 4, 4, 2], 14);
    const labels = tf.tensor1d([0, 1, 1], 'int32');
    const step = (training: boolean) =>
      tf.dispose(
        tf.variableGrads(
          () => {
            const y = model.apply(x, { training }) as tf.Tensor;
            return sparseSoftmaxCrossEntropy(labels, y.mean([1, 2]) as tf.Tensor2D).mean() as tf.Scalar;
          },
          layer.getWeights().length ? layer.trainableWeights.map((weight) => weight.read() as tf.Variable) : [],
        ),
      );
    for (const training of [true, false]) {
      step(training);
      const before = tf.memory().numTensors;
      for (let i = 0; i < 3; i++) step(training);
      assert.equal(tf.memory().numTensors, before);
    }
  });
});
