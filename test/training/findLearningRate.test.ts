import assert from 'node:assert/strict';
import { suggestLearningRates } from '../../src/metrics/learningRateFinding';
import { tf } from '../../src/tensorflow';
import { findLearningRate } from '../../src/training';
import { labels, vectors, weightsOf } from './formulas';
import oracle from './valley.json';

describe('findLearningRate', () => {
  const model = () =>
    tf.sequential({
      layers: [
        tf.layers.dense({ units: 3, inputShape: [6], kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }) }),
      ],
    });

  it('raises the rate step by step until the loss diverges, and restores the weights', async () => {
    const searched = model();
    const before = weightsOf(searched);
    const tensors = tf.memory().numTensors;
    const { steps, valley, steepest } = await findLearningRate(searched, vectors, { optimizer: 'sgd', to: 1000 });
    assert.deepEqual(weightsOf(searched), before);
    assert.equal(tf.memory().numTensors, tensors);
    assert.equal(steps[0]!.learningRate, 1e-7);
    assert.ok(steps.length > 50 && steps.length < 100, String(steps.length));
    assert.ok(Math.abs(steps[1]!.learningRate / steps[0]!.learningRate - 1e10 ** 0.01) < 1e-9);
    for (const rate of [valley!, steepest!]) assert.ok(rate > 1e-4 && rate < 100, String(rate));
    assert.ok(Math.abs(steps[0]!.smoothed - steps[0]!.loss) < 1e-9);
  });

  it('weighs the loss of a batch by its examples', async () => {
    const data = { ...vectors, values: vectors.values.slice(0, 6 * 10), labels: vectors.labels.slice(0, 10) };
    const { steps } = await findLearningRate(model(), data, { batchSize: 8, steps: 10, optimizer: 'sgd', to: 1e-6 });
    const [first, rest] = [steps[0]!.loss, steps[1]!.loss]; // 8 and 2 examples: the second counts a quarter
    const quarter = 0.98 ** 0.25;
    const expected = (0.02 * quarter * first + (1 - quarter) * rest) / (1 - 0.98 * quarter);
    assert.ok(Math.abs(steps[1]!.smoothed - expected) < 1e-9, `${steps[1]!.smoothed}, expected ${expected}`);
  });

  it('suggests the same rates as fastai', () => {
    for (const { rates, losses, valley, steepest } of oracle) {
      const finding = suggestLearningRates(
        rates.map((learningRate, i) => ({ learningRate, loss: losses[i]!, smoothed: losses[i]! })),
      );
      assert.equal(finding.valley, valley);
      assert.equal(finding.steepest, steepest);
    }
  });

  it('suggests nothing if the loss never falls', () => {
    const steps = Array.from({ length: 40 }, (_, i) => ({ learningRate: 10 ** (i / 10 - 4), loss: i, smoothed: i }));
    assert.equal(suggestLearningRates(steps).valley, null);
    assert.equal(suggestLearningRates(steps.slice(0, 3)).steepest, null);
  });

  it('rejects unknown options', async () => {
    await assert.rejects(
      findLearningRate(model(), vectors, { step: 3 } as object),
      /findLearningRate: unknown option 'step'/,
    );
    await assert.rejects(findLearningRate(model(), { ...vectors, labels: labels.map(() => 7) }), /has the label 7/);
  });
});
