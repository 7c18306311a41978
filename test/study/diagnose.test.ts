import assert from 'node:assert/strict';
import { diagnose } from '../../src/analysis/diagnose';
import { type Dataset, imageFolder, selectClasses, splitDataset } from '../../src/data';
import { type TrainOptions, train } from '../../src/training';

/** Three classes of the sample with a fixed split; for a leak, some validation pictures are trained on, too. */
function pictures({ leaking = false } = {}): Dataset {
  const dataset = selectClasses(imageFolder('emoji'), ['fruit', 'vehicle', 'clothing']);
  const { train, validation } = splitDataset(dataset);
  const put = (examples: typeof train, subset: 'train' | 'validation') => examples.map((e) => ({ ...e, subset }));
  const copied = leaking ? validation.filter((_, i) => i % 4 === 0) : [];
  return { ...dataset, examples: [...put([...train, ...copied], 'train'), ...put(validation, 'validation')] };
}

async function alarms(dataset: Dataset, options: TrainOptions): Promise<string[]> {
  const result = await train(dataset, options);
  result.dispose();
  return diagnose(result)
    .findings.filter(({ severity }) => severity === 'alarm')
    .map(({ kind }) => kind);
}

describe('diagnose, of runs over the sample', function () {
  this.timeout(180_000); // the first one computes features

  it('raises no alarm for a healthy run', async () => {
    assert.deepEqual(await alarms(pictures(), { epochs: 15 }), []);
  });

  it('finds overfitting: a large head without regularization for 60 epochs', async () => {
    const bare: TrainOptions = { head: 'dense', dropout: 0, l2: 0, learningRate: 1e-3, epochs: 60 };
    assert.deepEqual(await alarms(pictures(), bare), ['overfit']);
  });

  it('finds that a learning rate of 3 is too high', async () => {
    assert.deepEqual(await alarms(pictures(), { learningRate: 3, epochs: 15 }), ['learning rate too high']);
  });

  it('finds validation pictures among the training pictures', async () => {
    assert.deepEqual(await alarms(pictures({ leaking: true }), { epochs: 15 }), ['leak suspected']);
  });
});
