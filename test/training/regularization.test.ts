import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ArrayData, BatchSource } from '../../src/features';
import { toSource } from '../../src/features/batchSource';
import { assignWeights, readSafetensors } from '../../src/models';
import { tf } from '../../src/tensorflow';
import { evaluate, evaluateModel, type FitOptions, fit } from '../../src/training';
import { temporaryFolder } from '../folders';
import { formula, weightsOf } from './formulas';

/** The class is the index of the largest of three numbers; a proportion `noise` of the labels is wrong. */
function data(count: number, frequency = 2.3, noise = 0): ArrayData {
  const values = formula(3 * count, frequency);
  const labels = Int32Array.from({ length: count }, (_, i) => {
    const row = values.subarray(3 * i, 3 * i + 3);
    return (row.indexOf(Math.max(...row)) + (i % 10 < 10 * noise ? 1 : 0)) % 3;
  });
  return { values, shape: [3], labels };
}

const model = () =>
  tf.sequential({
    layers: [
      tf.layers.dense({
        name: 'hidden',
        units: 16,
        activation: 'relu',
        inputShape: [3],
        kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }),
      }),
      tf.layers.batchNormalization({ name: 'norm', momentum: 0.9 }),
      tf.layers.dropout({ name: 'drop', rate: 0.3 }),
      tf.layers.dense({ name: 'out', units: 3, kernelInitializer: tf.initializers.glorotUniform({ seed: 2 }) }),
    ],
  });

const flat = (of: tf.LayersModel) => weightsOf(of).flat();

describe('early stopping', () => {
  it('ends training and restores the weights of the best epoch, which plain tfjs cannot do', async () => {
    const options: FitOptions = { epochs: 60, learningRate: 0.05, seed: 2, graph: true };
    const sets = { train: data(60, 2.3, 0.3), validation: data(60, 1.7) };
    const stopped = model();
    const { history, ended, best } = await fit(stopped, sets, { ...options, earlyStopping: { patience: 4 } });
    assert.equal(ended, 'early');
    assert.equal(history.length, best.epoch + 4);
    assert.equal(best.restored, true);
    const losses = history.map(({ validationLoss }) => validationLoss!);
    assert.equal(losses.indexOf(Math.min(...losses)) + 1, best.epoch);
    const exact = model();
    await fit(exact, sets, { ...options, epochs: best.epoch });
    assert.deepEqual(flat(stopped), flat(exact));
    assert.ok(Math.abs(evaluate(stopped, sets.validation).loss - Math.min(...losses)) < 1e-6);
  });
});

describe('a loss that is NaN', () => {
  it('ends training with the best weights and says why', async () => {
    const explosive = (step: number) => (step < 12 ? 1 : 1e38);
    const messages: string[] = [];
    const trained = model();
    const sets = { train: data(64), validation: data(32, 1.7) };
    const result = await fit(trained, sets, {
      epochs: 20,
      learningRate: 0.01,
      optimizer: 'sgd',
      schedule: ({ step }) => explosive(step),
      listener: { onMessage: (text) => messages.push(text) },
    });
    assert.equal(result.ended, 'diverged');
    assert.ok(result.history.length >= 6 && result.history.length < 20);
    assert.ok(flat(trained).every(Number.isFinite));
    const best = Math.min(...result.history.map(({ validationLoss }) => validationLoss!));
    assert.ok(Math.abs(evaluate(trained, sets.validation).loss - best) < 1e-6);
    assert.match(messages.at(-1)!, /training ends here: the loss became .* keeps the weights of epoch \d/);
  });

  it('in the first epoch is an error, and the model is restored', async () => {
    const trained = model();
    const before = flat(trained);
    await assert.rejects(
      fit(trained, { train: data(64) }, { learningRate: 1e38, optimizer: 'sgd' }),
      /the loss became .* in epoch \d: use a learning rate below/,
    );
    assert.deepEqual(flat(trained), before);
  });

  it('is preceded by a warning if an epoch is worse than guessing', async () => {
    const messages: string[] = [];
    const listener = { onMessage: (text: string) => messages.push(text) };
    await fit(model(), { train: data(96) }, { epochs: 8, learningRate: 30, listener });
    assert.match(messages.join(), /the loss of .* is above log\(3\) = 1\.099, the loss of guessing/);
    messages.length = 0;
    await fit(model(), { train: data(96) }, { epochs: 8, learningRate: 0.01, listener });
    assert.deepEqual(messages, []);
  });
});

describe('checkpoints', () => {
  const sets = { train: data(70), validation: data(40, 1.7) };
  const options: FitOptions = {
    epochs: 7,
    seed: 5,
    learningRate: 0.02,
    optimizer: 'adamw',
    schedule: { name: 'reduce-on-plateau', patience: 1, factor: 0.5, minDelta: 5 },
    warmUp: 0.5,
    averaging: 0.9,
    accumulate: 2,
    batchSize: 16,
    clipping: { globalNorm: 1 },
    earlyStopping: { patience: 6 },
  };
  const numbers = (history: { seconds: number }[]) => history.map((record) => ({ ...record, seconds: 0 }));

  it('let training continue to the same weights as without interruption, bit for bit', async () => {
    const unbroken = model();
    const whole = await fit(unbroken, sets, options);

    const folder = temporaryFolder();
    const first = model();
    let batches = 0;
    const listener = { shouldStop: () => ++batches === 17 }; // in the middle of epoch 4
    const broken = await fit(first, sets, { ...options, checkpoint: folder, listener });
    assert.equal(broken.ended, 'stopped');
    const second = model();
    const resumed = await fit(second, sets, { ...options, checkpoint: folder, resume: true });
    assert.deepEqual(flat(second), flat(unbroken));
    assert.deepEqual(numbers(resumed.history), numbers(whole.history));
    assert.deepEqual(resumed.best, whole.best);
    assert.ok(new Set(whole.history.map(({ learningRate }) => learningRate)).size > 1);
  });

  it('contain the best weights by name, in complete files only', async () => {
    const folder = temporaryFolder();
    const trained = model();
    const { best } = await fit(trained, sets, { ...options, checkpoint: folder });
    assert.deepEqual(readdirSync(folder).sort(), ['best.safetensors', 'last.safetensors']);
    const { arrays, notes } = readSafetensors(join(folder, 'best.safetensors'));
    const other = model();
    assignWeights(other, arrays, 'best');
    assert.deepEqual(flat(other), flat(trained));
    assert.equal(JSON.parse(notes.record!).epoch, best.epoch);
  });

  it('get the best weights of an interrupted training, too, when it ends', async () => {
    const folder = temporaryFolder();
    let batches = 0;
    const listener = { shouldStop: () => ++batches === 17 }; // in the middle of epoch 4, which is the best one so far
    const broken = await fit(model(), sets, { ...options, checkpoint: folder, listener });
    const bestEpoch = () => JSON.parse(readSafetensors(join(folder, 'best.safetensors')).notes.record!).epoch;
    assert.deepEqual([broken.best.epoch, bestEpoch()], [4, 3]); // as the state has it, from which training continues
    rmSync(join(folder, 'best.safetensors')); // as if the process had been killed before it was written
    const resumed = await fit(model(), sets, { ...options, checkpoint: folder, resume: true });
    assert.equal(bestEpoch(), resumed.best.epoch);
  });

  it('are refused for another training, and when damaged', async () => {
    const folder = temporaryFolder();
    await fit(model(), sets, { ...options, epochs: 1, checkpoint: folder });
    const resume = (changes: FitOptions, from = folder) =>
      fit(model(), sets, { ...options, ...changes, checkpoint: from, resume: true });
    for (const changes of [{ learningRate: 0.1 }, { cache: { precision: 'bfloat16' } }] satisfies FitOptions[])
      await assert.rejects(resume(changes), /belongs to a training with other settings, data or model/);
    const damaged = temporaryFolder();
    cpSync(folder, damaged, { recursive: true });
    const file = join(damaged, 'last.safetensors');
    writeFileSync(file, readFileSync(file).subarray(0, 400));
    await assert.rejects(resume({}, damaged), /no readable safetensors file/);
    await assert.rejects(fit(model(), sets, { resume: true }), /resume needs a checkpoint folder/);
    const empty = join(temporaryFolder(), 'new');
    assert.equal((await resume({ epochs: 1 }, empty)).history.length, 1);
    assert.ok(existsSync(join(empty, 'last.safetensors')));
  });
});

describe('batch sources', () => {
  it('train like the same arrays, synchronous or asynchronous', async () => {
    const arrays = model();
    await fit(arrays, { train: data(50) }, { epochs: 2 });
    const source = toSource(data(50));
    const later: BatchSource = {
      ...source,
      batch: async (rows, view) => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return source.batch(rows, view);
      },
    };
    const streamed = model();
    await fit(streamed, { train: later }, { epochs: 2 });
    assert.deepEqual(flat(streamed), flat(arrays));
    const { loss } = await evaluateModel(streamed, later);
    assert.ok(Math.abs(loss - evaluate(streamed, data(50)).loss) < 1e-6);
  });

  it('may have targets with one number per class', async () => {
    const source = toSource(data(50));
    const soft: BatchSource = {
      ...source,
      batch: async (rows, view) => {
        const { x, y } = await source.batch(rows, view);
        const targets = tf.tidy(() => tf.oneHot(y as tf.Tensor1D, 3).toFloat());
        y.dispose();
        return { x, y: targets };
      },
    };
    const [hard, mixed] = [model(), model()];
    const options: FitOptions = { epochs: 2, classWeights: 'balanced' };
    const results = [await fit(hard, { train: data(50) }, options), await fit(mixed, { train: soft }, options)];
    assert.equal(results[1]!.history[1]!.accuracy, results[0]!.history[1]!.accuracy);
    flat(mixed).forEach((value, i) => assert.ok(Math.abs(value - flat(hard)[i]!) < 1e-5));
  });

  it('see each epoch as another view', async () => {
    const views: number[] = [];
    const source = toSource(data(8));
    const watched: BatchSource = {
      ...source,
      views: Infinity,
      batch: (rows, view) => {
        views.push(view);
        return source.batch(rows, view);
      },
    };
    await fit(model(), { train: watched }, { epochs: 3 });
    assert.deepEqual(views, [0, 1, 2]);
  });
});

describe('memory', () => {
  it('holds as many tensors after 1,000 steps as after 10, with all options switched on', async function () {
    this.timeout(120_000);
    const counts: number[] = [];
    const trained = model();
    const before = tf.memory().numTensors;
    await fit(
      trained,
      { train: data(40), validation: data(8, 1.7) },
      {
        epochs: 100,
        batchSize: 4,
        averaging: 0.9,
        optimizer: 'adamw',
        clipping: { globalNorm: 1 },
        earlyStopping: { patience: 1000 },
        listener: { onEpoch: () => void counts.push(tf.memory().numTensors) },
      },
    );
    assert.equal(counts.length, 100);
    assert.equal(counts.at(-1), counts[0]);
    assert.equal(tf.memory().numTensors, before);
  });
});
