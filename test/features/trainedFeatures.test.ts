import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageFolder } from '../../src/data';
import { extractFeatures } from '../../src/features';
import { tf } from '../../src/tensorflow';
import { train } from '../../src/training';
import { relativeError } from '../models/keras';
import { stripesFolder } from '../pictures';

describe('the features of a trained network', function () {
  this.timeout(120_000);

  it('are the features that the head was trained on', async () => {
    const dataset = imageFolder(await stripesFolder(4));
    const result = await train(dataset, { seed: 1, epochs: 1, inputSize: 64, cache: false });
    const own = await extractFeatures(result, dataset.examples, { cache: false });
    const expected = await extractFeatures(result.backbone, dataset.examples, { cache: false });
    assert.ok(relativeError(own.values, expected.values) < 1e-5);
    assert.deepEqual(own.examples, expected.examples);
    assert.deepEqual(own.labels, expected.labels);
    result.dispose();
  });

  it('come from the trained backbone if the backbone was trained, too, so that the head predicts the same', async () => {
    const dataset = imageFolder(await stripesFolder(4));
    const options = {
      variant: 'fine-tune-all',
      backboneLearningRate: 1e-3,
      seed: 1,
      epochs: 2,
      inputSize: 64,
    } as const;
    const result = await train(dataset, { ...options, cache: false });
    const examples = result.predictions.map(({ file, label }) => ({ file, label }));
    const { values, length } = await extractFeatures(result, examples);
    const logits = tf.tidy(() => {
      const head = result.model!.layers.findLast((layer) => layer.getClassName() === 'Dense')!;
      const [kernel, bias] = head.getWeights();
      const answers = tf
        .tensor2d(values, [examples.length, length])
        .matMul(kernel as tf.Tensor2D)
        .add(bias!);
      return answers.softmax().dataSync() as Float32Array;
    });
    assert.ok(relativeError(logits, Float32Array.from(result.predictions.flatMap((p) => p.probabilities))) < 1e-4);
    result.dispose();
  });

  it('leave out pictures that cannot be read, and list them', async () => {
    const folder = await stripesFolder(3);
    const broken = join(folder, 'broken.jpg');
    writeFileSync(broken, 'no picture');
    const dataset = imageFolder(folder);
    const result = await train(dataset, { epochs: 1, inputSize: 64, cache: false });
    const examples = [{ file: broken, label: 0 }, ...dataset.examples];
    const { examples: read, skipped, values, length } = await extractFeatures(result, examples);
    assert.deepEqual(read, dataset.examples);
    assert.equal(values.length, read.length * length);
    assert.deepEqual(
      skipped.map(({ file }) => file),
      [broken],
    );
    result.dispose();
  });
});
