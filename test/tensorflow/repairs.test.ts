import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { projectFolder } from '../../src/core/paths';
import { deviceReport, seedDropout, tf } from '../../src/tensorflow';
import { installedEngines } from '../../src/tensorflow/graph/optionalEngines';

const values = (tensor: tf.Tensor | tf.Tensor[]) => Array.from((tensor as tf.Tensor).dataSync());

describe('the repaired batch normalization', () => {
  const input = () => tf.tensor2d([1, 2, 3, 4, 5, 60], [3, 2]);

  it('uses its moving statistics if the layer is frozen, and does not change them', () => {
    const layer = tf.layers.batchNormalization({ inputShape: [2], epsilon: 0.001 });
    tf.sequential({ layers: [layer] });
    layer.trainable = false;
    const output = values(layer.apply(input(), { training: true }) as tf.Tensor);
    output.forEach((value, i) => assert.ok(Math.abs(value - [1, 2, 3, 4, 5, 60][i]! / Math.sqrt(1.001)) < 1e-4));
    assert.deepEqual(values(layer.getWeights()[2]!), [0, 0]);
  });

  it('does so too when the model around it is frozen', () => {
    const layer = tf.layers.batchNormalization({ inputShape: [2] });
    const model = tf.sequential({ layers: [layer] });
    model.trainable = false;
    model.apply(input(), { training: true });
    assert.deepEqual(values(layer.getWeights()[2]!), [0, 0]);
  });

  it('uses the statistics of the batch if it is not frozen, and updates its own', () => {
    const layer = tf.layers.batchNormalization({ inputShape: [2], momentum: 0.9 });
    tf.sequential({ layers: [layer] });
    const output = values(layer.apply(input(), { training: true }) as tf.Tensor);
    assert.ok(Math.abs(output[0]! + output[2]! + output[4]!) < 1e-4);
    assert.ok(Math.abs(values(layer.getWeights()[2]!)[0]! - 0.3) < 1e-6); // 0.9 * 0 + 0.1 * mean(1, 3, 5)
  });

  it('is needed: plain tfjs changes the statistics of a frozen layer', () => {
    const script = `
      const tf = require('@tensorflow/tfjs-node-gpu');
      const layer = tf.layers.batchNormalization({ inputShape: [2] });
      tf.sequential({ layers: [layer] });
      layer.trainable = false;
      layer.apply(tf.tensor2d([1, 2, 3, 4], [2, 2]), { training: true });
      console.log(JSON.stringify(Array.from(layer.getWeights()[2].dataSync())));`;
    const shims = join(projectFolder, 'kernel-setup', 'lib', 'node-shims.cjs');
    const output = execFileSync(process.execPath, ['-r', shims, '-e', script], { encoding: 'utf8' });
    assert.notDeepEqual(JSON.parse(output), [0, 0]);
  });
});

describe('the repaired ReLU', () => {
  it('has the values and gradients of a ReLU that ends at 6', () => {
    const layer = tf.layers.reLU({ maxValue: 6 });
    const x = tf.tensor1d([-1, 0.5, 3, 5.9, 6.1, 100]);
    assert.deepEqual(
      values(layer.apply(x) as tf.Tensor).map((value) => Number(value.toFixed(4))),
      [0, 0.5, 3, 5.9, 6, 6],
    );
    const gradient = tf.grad((input) => layer.call(input, {}) as tf.Tensor)(x);
    assert.deepEqual(values(gradient), [0, 1, 1, 1, 0, 0]);
  });

  it('does not change other limits', () => {
    const apply = (maxValue?: number) => values(tf.layers.reLU({ maxValue }).apply(tf.tensor1d([-1, 9])) as tf.Tensor);
    assert.deepEqual(apply(), [0, 9]);
    assert.deepEqual(apply(4), [0, 4]);
  });

  it('is one native operation', () => {
    const layer = tf.layers.reLU({ maxValue: 6 });
    layer.build([null, 3]);
    const before = tf.memory().numTensors;
    const output = layer.call(tf.tensor2d([[1, 2, 9]]), {});
    assert.equal(tf.memory().numTensors - before, 2); // the input and the output
    tf.dispose(output);
  });
});

describe('the repaired dropout', () => {
  const model = () => tf.sequential({ layers: [tf.layers.dropout({ rate: 0.5, inputShape: [200] })] });
  const masks = (seed: number) => {
    const dropout = model();
    seedDropout(dropout, seed);
    return [0, 1].map(() => values(dropout.apply(tf.ones([1, 200]), { training: true }) as tf.Tensor));
  };

  it('draws another mask in every batch, and the same sequence for the same seed', () => {
    const [first, second] = masks(3);
    assert.notDeepEqual(first, second);
    assert.deepEqual(masks(3), [first, second]);
    assert.notDeepEqual(masks(4)[0], first);
  });

  it('drops about the given proportion and scales the rest', () => {
    const [mask] = masks(5);
    const dropped = mask!.filter((value) => value === 0).length;
    assert.ok(dropped > 70 && dropped < 130, String(dropped));
    assert.deepEqual([...new Set(mask)].sort(), [0, 2]);
  });

  it('does nothing outside training', () => {
    const dropout = model();
    seedDropout(dropout, 1);
    assert.deepEqual([...new Set(values(dropout.predict(tf.ones([1, 200])) as tf.Tensor))], [1]);
  });
});

describe('the registered transform kernel', () => {
  const row = tf.tensor4d([1, 2, 3, 4], [1, 1, 4, 1]);
  const shift = (
    pixels: number,
    fill: 'constant' | 'reflect' | 'wrap' | 'nearest',
    interpolation: 'nearest' | 'bilinear' = 'nearest',
  ) => values(tf.image.transform(row, [[1, 0, pixels, 0, 1, 0, 0, 0]], interpolation, fill, 9));

  it('fills empty areas in four ways', () => {
    assert.deepEqual(shift(2, 'constant'), [3, 4, 9, 9]);
    assert.deepEqual(shift(2, 'nearest'), [3, 4, 4, 4]);
    assert.deepEqual(shift(2, 'reflect'), [3, 4, 4, 3]);
    assert.deepEqual(shift(2, 'wrap'), [3, 4, 1, 2]);
  });

  it('interpolates between pixels', () => {
    assert.deepEqual(shift(0.5, 'nearest', 'bilinear'), [1.5, 2.5, 3.5, 4]);
  });

  it('gives another size when asked to', () => {
    const output = tf.image.transform(row, [[1, 0, 0, 0, 1, 0, 0, 0]], 'nearest', 'wrap', 0, [2, 6]);
    assert.deepEqual(output.shape, [1, 2, 6, 1]);
    assert.deepEqual(values(output), [1, 2, 3, 4, 1, 2, 1, 2, 3, 4, 1, 2]);
  });
});

describe('deviceReport', () => {
  it('names the device and the versions in use', () => {
    const report = deviceReport();
    assert.match(report.kind, /^(CPU|GPU)$/);
    assert.match(report.tensorflow, /^2\.\d+\.\d+/);
    assert.equal(report.tfjs, '4.22.0');
    assert.ok(report.threads >= 1 && report.name.length > 0);
    assert.deepEqual(report.engines, ['tensorflow', ...installedEngines()]);
  });
});

describe('the repaired tidy', () => {
  it('returns numbers, and keeps and disposes of tensors as before', () => {
    const before = tf.memory().numTensors;
    const numbers = tf.tidy(() => tf.range(0, 100).square().dataSync());
    assert.equal(numbers[99], 99 ** 2);
    const kept = tf.tidy(() => tf.zeros([2]).add(1));
    assert.equal(tf.memory().numTensors, before + 1);
    kept.dispose();
    const mixed = tf.tidy(() => ({
      sum: tf.zeros([2]).add(1),
      deep: [tf.ones([2])],
      numbers: tf.ones([3]).dataSync(),
    }));
    assert.equal(tf.memory().numTensors, before + 2);
    assert.deepEqual([...mixed.numbers, ...mixed.sum.dataSync(), ...mixed.deep[0]!.dataSync()], [1, 1, 1, 1, 1, 1, 1]);
    tf.dispose(mixed);
    const pair = tf.tidy(() => [tf.ones([2]).add(1), tf.ones([3]).dataSync()] as const);
    assert.equal(tf.memory().numTensors, before + 1);
    pair[0].dispose();
  });

  it('does not search numbers for tensors, also in lists and objects', () => {
    const numbers = new Float32Array(8);
    Object.defineProperty(numbers, 'next', { enumerable: true, get: () => assert.fail('each number was looked at') });
    for (const result of [numbers, [numbers, numbers], { numbers }])
      assert.equal(
        tf.tidy(() => result as never),
        result,
      );
  });
});
