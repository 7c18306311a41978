import assert from 'node:assert/strict';
import { readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { EpochRecord } from '../../src/core/listener';
import { cacheFolder } from '../../src/core/paths';
import { type Dataset, imageFolder } from '../../src/data';
import { extractFeatures } from '../../src/features';
import { layerTable } from '../../src/layers';
import { loadBackbone } from '../../src/models';
import { predict, saveRun } from '../../src/runs';
import { tf } from '../../src/tensorflow';
import { type TrainOptions, type TrainResult, train, type Variant } from '../../src/training';
import { temporaryFolder, withEmptyCache } from '../folders';
import { stripesFolder } from '../pictures';

const quick: TrainOptions = { recipe: 'none', epochs: 2, batchSize: 8, cache: false, seed: 4 };

describe('a variant of training', function () {
  this.timeout(120_000);
  let dataset: Dataset;
  before(async () => {
    dataset = imageFolder(await stripesFolder(4));
  });

  /** Uses the existing weights, and an empty cache of features. */
  const withOwnFeatures = (work: (cache: string) => Promise<void>) => {
    const weights = cacheFolder('weights');
    return withEmptyCache((cache) => {
      symlinkSync(weights, join(cache, 'weights'));
      return work(cache);
    });
  };

  /** Names of trainable layers. */
  const trained = ({ model }: TrainResult) =>
    model!.layers.filter(({ trainableWeights }) => trainableWeights.length > 0).map(({ name }) => name);

  /** A run's predictions after loading its folder, to compare with those of the run itself. */
  async function checkSaved(result: TrainResult): Promise<void> {
    const folder = join(temporaryFolder(), 'run');
    await saveRun(result, folder);
    const { predictions } = await predict(
      { run: folder },
      result.predictions.map(({ file }) => file),
    );
    predictions.forEach(({ classes }, i) => {
      const { predicted, probabilities } = result.predictions[i]!;
      assert.equal(classes[0]!.index, predicted);
      assert.ok(Math.abs(classes[0]!.probability - probabilities[predicted]!) < 1e-4);
    });
  }

  const spelledOut: Record<string, TrainOptions> = {
    'from-scratch': {
      ...{ variant: 'fine-tune-all', weights: 'random', batchNormalization: 'training', backboneLearningRate: 3e-3 },
    },
    'feature-extraction-augmented': { variant: 'feature-extraction', augment: 'standard' },
    'probe-then-fine-tune': { variant: 'fine-tune-all' },
  };
  for (const [name, meaning] of Object.entries(spelledOut)) {
    it(`${name}: gives the numbers of ${meaning.variant} with the settings that it brings along`, async () => {
      const options: TrainOptions = {
        ...quick,
        inputSize: 32,
        views: 1,
        backbone: 'mobilenet-v1-0.25',
        weights: 'random',
      };
      const first = name === 'probe-then-fine-tune' ? { headEpochs: 1 } : {};
      const [own, same] = [
        await train(dataset, { ...options, ...first, variant: name as Variant }),
        await train(dataset, { ...options, ...first, ...meaning }),
      ];
      assert.equal(own.settings.variant, name);
      assert.deepEqual(
        own.predictions.map(({ probabilities }) => probabilities),
        same.predictions.map(({ probabilities }) => probabilities),
      );
      const losses = ({ history }: TrainResult) => history.map(({ loss, validationLoss }) => [loss, validationLoss]);
      assert.deepEqual(losses(own), losses(same));
      assert.equal(own.model === undefined, same.model === undefined);
    });
  }

  it('hybrid: trains the last block, computes the layers below once, and predicts from its folder', async () => {
    const before = tf.memory().numTensors;
    const result = await train(dataset, { ...quick, variant: 'hybrid', blocks: 1 });
    assert.equal(result.history.length, 2);
    assert.match(result.frozenUpTo!, /^block7a/);
    const names = trained(result);
    const { blockLayers } = result.backbone;
    assert.ok(names.every((name) => name === 'logits' || blockLayers.at(-1)!.layers.includes(name)));
    assert.ok(names.length > 2);
    assert.equal(layerTable(result.model!).numRows(), result.model!.layers.length);
    assert.ok(result.history[1]!.loss < result.history[0]!.loss);
    assert.ok(result.peakMemory > 1e8);
    await checkSaved(result);
    result.dispose();
    assert.equal(tf.memory().numTensors, before);
  });

  it('hybrid, augmented: each epoch uses another view, cached on disk for the next training', () =>
    withOwnFeatures(async (cache) => {
      const options: TrainOptions = { ...quick, variant: 'hybrid', blocks: 1, augment: 'light', views: 1, cache: true };
      const frozen: number[] = [];
      const listener = {
        onProgress: ({ task, done }: { task: string; done: number }) => {
          if (task === 'frozen layers') frozen.push(done);
        },
      };
      const first = await train(dataset, { ...options, listener });
      assert.ok(frozen.includes(18)); // 9 pictures and one view of each
      const files = readdirSync(join(cache, 'features'), { recursive: true }).filter((name) =>
        /f32$/.test(String(name)),
      );
      assert.equal(files.length, 21); // and 3 of validation
      frozen.length = 0;
      const again = await train(dataset, { ...options, listener });
      assert.deepEqual(frozen, []);
      assert.deepEqual(again.predictions, first.predictions);
      const plain = await train(dataset, { ...options, augment: 'none' });
      assert.equal(plain.history[0]!.loss, first.history[0]!.loss); // the first epoch uses the pictures themselves
      assert.notEqual(plain.history[1]!.loss, first.history[1]!.loss);
    }));

  it('fine-tune-all: trains every layer and predicts from its folder', async () => {
    const result = await train(dataset, { ...quick, epochs: 1, variant: 'fine-tune-all', augment: 'light' });
    assert.equal(result.frozenUpTo, null);
    const weighted = result.model!.layers.filter(({ weights }) => weights.length > 0).map(({ name }) => name);
    assert.deepEqual(trained(result), weighted);
    await checkSaved(result);
  });

  it('two-phase: trains the head, then blocks from the top, and continues where it was interrupted', async () => {
    const options: TrainOptions = {
      ...quick,
      variant: 'two-phase',
      epochs: 4,
      headEpochs: 2,
      blocks: 2,
      stages: 2,
      cache: true,
      head: 'dense',
    };
    const messages: string[] = [];
    const whole = await train(dataset, { ...options, listener: { onMessage: (text) => messages.push(text) } });
    assert.deepEqual(
      messages.filter((text) => /^training /.test(text)),
      ['training head for 2 epochs', 'training last 1 blocks for 1 epochs', 'training last 2 blocks for 1 epochs'],
    );
    assert.deepEqual(
      whole.history.map(({ epoch }) => epoch),
      [1, 2, 3, 4],
    );
    await assert.rejects(
      train(dataset, { ...options, checkpoint: __filename }),
      /^UserError: '.*' cannot be written: .*; give another folder for the checkpoint$/,
    );
    const checkpoint = temporaryFolder();
    const seen: EpochRecord[] = [];
    const listener = {
      onEpoch: (record: EpochRecord) => void seen.push(record),
      // in the second stage, before its only epoch is over
      onProgress: ({ task, done }: { task: string; done: number }) => {
        if (task === 'training' && done > 18) interrupted = true;
      },
      shouldStop: () => interrupted,
    };
    let interrupted = false;
    const broken = await train(dataset, { ...options, checkpoint, listener });
    assert.equal(broken.ended, 'stopped');
    assert.equal(broken.history.length, 3);
    seen.length = 0;
    const said: string[] = [];
    const forgetful = { onMessage: (text: string) => void said.push(text), shouldStop: () => true };
    // without `resume`; it stops before it replaces anything
    await assert.rejects(
      train(dataset, { ...options, checkpoint, listener: forgetful }),
      /stopped before any picture was ready/,
    );
    assert.match(
      said[0] ?? '',
      /^'.*' has the state of an earlier training, which is replaced now; use `resume` to continue from it$/,
    );
    const resumed = await train(dataset, {
      ...options,
      checkpoint,
      resume: true,
      listener: { onEpoch: listener.onEpoch },
    });
    assert.deepEqual(
      seen.map(({ epoch }) => epoch),
      [3, 4],
    );
    assert.deepEqual(resumed.predictions, whole.predictions);
    assert.deepEqual(
      resumed.history.map(({ loss }) => loss),
      whole.history.map(({ loss }) => loss),
    );
    await checkSaved(resumed);
  });

  it('reuses the output of frozen layers that another variant has computed', () =>
    withOwnFeatures(async () => {
      const trained = async (options: TrainOptions) => {
        const settings: TrainOptions = { ...quick, inputSize: 64, epochs: 3, blocks: 2, cache: true };
        const result = await train(dataset, { ...settings, ...options });
        result.dispose();
        const { computed, cached } = result.features;
        return { computed, cached };
      };
      assert.deepEqual(await trained({ variant: 'feature-extraction' }), { computed: 12, cached: 0 });
      // the features in its first stage; in each of the other two the output of the layers below the trained blocks
      assert.deepEqual(await trained({ variant: 'two-phase', headEpochs: 1, stages: 2 }), { computed: 24, cached: 12 });
      assert.deepEqual(await trained({ variant: 'hybrid' }), { computed: 0, cached: 12 });
      assert.deepEqual(await trained({ variant: 'two-phase', headEpochs: 1, stages: 2, seed: 5 }), {
        computed: 0,
        cached: 36,
      });
      assert.deepEqual(await trained({ variant: 'feature-extraction', head: 'dense' }), { computed: 0, cached: 12 });
      // two views of nine training pictures, the same for every seed
      const augmented: TrainOptions = { variant: 'feature-extraction', augment: 'light', views: 2, validation: 0.25 };
      assert.deepEqual(await trained(augmented), { computed: 18, cached: 12 });
      assert.deepEqual(await trained(augmented), { computed: 0, cached: 30 });
      const backbone = await loadBackbone('efficientnet-lite0', { inputSize: 64 });
      assert.equal((await extractFeatures(backbone, dataset.examples)).cached, 12);
      backbone.model.dispose();
      assert.deepEqual(await trained({ variant: 'feature-extraction', cache: false }), { computed: 12, cached: 0 });
      assert.deepEqual(await trained({ variant: 'fine-tune-all', epochs: 1 }), { computed: 0, cached: 0 });
    }));

  it('feature-extraction, augmented: each epoch uses one view of each picture, as in the other variants', async () => {
    const seen: number[] = [];
    const listener = {
      onProgress: ({ task, total }: { task: string; total: number }) => {
        if (task === 'training') seen.push(total);
      },
    };
    await train(dataset, { ...quick, epochs: 3, augment: 'light', views: 4, listener });
    assert.deepEqual([...new Set(seen)], [27]); // three epochs of nine pictures
  });

  it('ends with the reason if it is stopped before training can start', async () => {
    for (const variant of ['feature-extraction', 'hybrid'] as const) {
      await assert.rejects(
        train(dataset, { ...quick, variant, listener: { shouldStop: () => true } }),
        /stopped before any picture was ready for training/,
      );
    }
  });
});
