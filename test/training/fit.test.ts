import assert from 'node:assert/strict';
import type { ArrayData } from '../../src/features';
import { tf } from '../../src/tensorflow';
import { evaluate, evaluateModel, findLearningRate, fit } from '../../src/training';
import oracle from './fit.json';
import { assertClose, formula, labels, planes, vectors, weightsOf } from './formulas';

function denseModel(): tf.LayersModel {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [6] })] });
  tf.tidy(() => model.setWeights([tf.tensor2d(formula(18, 0.7), [6, 3]), tf.zeros([3])]));
  return model;
}

function frozenModel(): tf.LayersModel {
  const norm = tf.layers.batchNormalization({ epsilon: 1e-3 });
  const conv = tf.layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', useBias: false, inputShape: [4, 4, 2] });
  const dense = tf.layers.dense({ units: 3 });
  const model = tf.sequential({
    layers: [conv, norm, tf.layers.reLU({ maxValue: 6 }), tf.layers.globalAveragePooling2d({}), dense],
  });
  tf.tidy(() => {
    conv.setWeights([tf.tensor4d(formula(72, 0.3), [3, 3, 2, 4])]);
    norm.setWeights([
      tf.tensor1d(formula(4, 0.5, (v) => 1 + v / 4)),
      tf.tensor1d(formula(4, 0.9, (v) => v / 4)),
      tf.tensor1d(formula(4, 1.3, (v) => v / 4)),
      tf.tensor1d(formula(4, 1.7, (v) => 1.5 + v / 4)),
    ]);
    dense.setWeights([tf.tensor2d(formula(12, 1.1), [4, 3]), tf.zeros([3])]);
  });
  norm.trainable = false;
  return model;
}

/** A problem that is learned quickly: the class is the index of the largest of three numbers. */
function separable(count: number): ArrayData {
  const values = formula(3 * count, 2.3);
  const largest = Int32Array.from({ length: count }, (_, i) => {
    const row = values.subarray(3 * i, 3 * i + 3);
    return row.indexOf(Math.max(...row));
  });
  return { values, shape: [3], labels: largest };
}

const smallModel = () =>
  tf.sequential({
    layers: [
      tf.layers.dense({
        units: 16,
        activation: 'relu',
        inputShape: [3],
        kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }),
      }),
      tf.layers.dropout({ rate: 0.3 }),
      tf.layers.dense({ units: 3, kernelInitializer: tf.initializers.glorotUniform({ seed: 2 }) }),
    ],
  });

describe('fit', () => {
  it('takes the same 20 steps as Keras: losses, accuracies and weights to 1e-5', async () => {
    const model = denseModel();
    const { history } = await fit(model, { train: vectors }, { epochs: 20, batchSize: 12, learningRate: 0.01 });
    assertClose(
      history.map(({ loss }) => loss),
      oracle.dense.loss,
      1e-5,
      'losses',
    );
    assertClose(
      history.map(({ accuracy }) => accuracy),
      oracle.dense.accuracy,
      1e-6,
      'accuracies',
    );
    weightsOf(model).forEach((weight, i) => assertClose(weight, oracle.dense.weights[i]!, 1e-5, `weight ${i}`));
  });

  it('runs a frozen batch normalization in inference mode, as in Keras, and does not change it by a bit', async () => {
    const model = frozenModel();
    const before = weightsOf(model).slice(1, 5);
    const { history } = await fit(model, { train: planes }, { epochs: 20, batchSize: 12, learningRate: 0.01 });
    assertClose(
      history.map(({ loss }) => loss),
      oracle.frozen.loss,
      1e-5,
      'losses',
    );
    weightsOf(model).forEach((weight, i) => assertClose(weight, oracle.frozen.weights[i]!, 2e-5, `weight ${i}`));
    assert.deepEqual(weightsOf(model).slice(1, 5), before);
  });

  it('gives the same weights, bit for bit, for the same seed, and others for another seed', async () => {
    const train = async (seed: number) => {
      const model = smallModel();
      await fit(model, { train: separable(100) }, { epochs: 3, seed });
      return weightsOf(model);
    };
    assert.deepEqual(await train(7), await train(7));
    assert.notDeepEqual(await train(7), await train(8));
  });

  it('learns, and records every epoch with its validation', async () => {
    const data = separable(300);
    const { history, stopped } = await fit(
      smallModel(),
      { train: data, validation: separable(100) },
      { epochs: 15, learningRate: 0.01 },
    );
    assert.equal(stopped, false);
    assert.deepEqual(
      history.map(({ epoch }) => epoch),
      Array.from({ length: 15 }, (_, i) => i + 1),
    );
    assert.ok(history.at(-1)!.validationAccuracy! > 0.85, String(history.at(-1)!.validationAccuracy));
    assert.ok(history.at(-1)!.validationLoss! < history[0]!.validationLoss!);
  });

  it('validates with a graph like operation by operation, and returns the final quality of the model', async () => {
    const run = (graph: boolean) =>
      fit(smallModel(), { train: separable(60), validation: separable(40) }, { epochs: 3, graph, averaging: 0.5 });
    const [graph, eager] = [await run(true), await run(false)];
    graph.history.forEach(({ validationLoss, validationAccuracy }, i) => {
      assert.ok(Math.abs(validationLoss! - eager.history[i]!.validationLoss!) < 1e-5);
      assert.equal(validationAccuracy, eager.history[i]!.validationAccuracy);
    });
    assert.equal(graph.evaluation!.loss, graph.history[2]!.validationLoss);
    assert.equal(graph.evaluation!.logits.length, 40 * 3);
  });

  for (const [validateEvery, validated] of [
    [3, [3, 6, 7]],
    [Infinity, [7]],
  ] as const) {
    it(`trains the same, bit for bit, and ends with the same validation, where it validates every ${validateEvery} epochs`, async () => {
      const train = async (more: object) => {
        const model = smallModel();
        const sets = { train: separable(96), validation: separable(40) };
        const result = await fit(model, sets, { epochs: 7, averaging: 0.3, interpolation: 'validation', ...more });
        return { ...result, weights: weightsOf(model) };
      };
      const [all, some] = [await train({}), await train({ validateEvery })];
      assert.deepEqual(some.weights, all.weights);
      assert.deepEqual(some.evaluation, all.evaluation);
      assert.deepEqual(some.interpolation, all.interpolation);
      for (const [i, { seconds: _, ...record }] of some.history.entries()) {
        const { seconds: _, epoch, loss, accuracy, learningRate, ...ofValidation } = all.history[i]!;
        const known = validated.some((one) => one === epoch) ? ofValidation : {};
        assert.deepEqual(record, { epoch, loss, accuracy, learningRate, ...known });
      }
      const lossOf = (epoch: number) => all.history[epoch - 1]!.validationLoss!;
      assert.equal(some.best.epoch, [...validated].sort((a, b) => lossOf(a) - lossOf(b))[0]);
    });
  }

  it('validates the epoch in which it is stopped, and keeps what it had learned before it diverged, also where it skips epochs', async () => {
    const sets = { train: separable(96), validation: separable(40) };
    let batches = 0;
    const listener = { shouldStop: () => ++batches === 4 };
    const { history, evaluation } = await fit(smallModel(), sets, { epochs: 9, validateEvery: Infinity, listener });
    assert.deepEqual(
      history.map(({ validationLoss }) => validationLoss),
      [undefined, evaluation!.loss],
    );
    const diverge = async (validateEvery: number) => {
      const model = smallModel();
      const schedule = ({ step }: { step: number }) => (step < 6 ? 1 : 1e38);
      const { ended, best } = await fit(model, sets, { epochs: 9, optimizer: 'sgd', schedule, validateEvery });
      return { ended, best, weights: weightsOf(model) };
    };
    const [all, none] = [await diverge(1), await diverge(Infinity)];
    assert.equal(none.ended, 'diverged');
    assert.deepEqual(none, all);
  });

  it('stops after the batch in which it is asked to, and validates the trained model', async () => {
    let batches = 0;
    const model = smallModel();
    const before = weightsOf(model);
    const { history, stopped } = await fit(
      model,
      { train: separable(320), validation: separable(50) },
      { epochs: 50, batchSize: 32, listener: { shouldStop: () => ++batches === 13 } },
    );
    assert.equal(stopped, true);
    assert.equal(batches, 13);
    assert.equal(history.length, 2);
    assert.equal(typeof history[1]!.validationLoss, 'number');
    assert.notDeepEqual(weightsOf(model), before);
  });

  it('reports progress and epochs to its listener', async () => {
    const seen: string[] = [];
    await fit(
      smallModel(),
      { train: separable(64) },
      {
        epochs: 2,
        listener: {
          onProgress: ({ done, total }) => seen.push(`${done}/${total}`),
          onEpoch: ({ epoch }, history, planned) =>
            seen.push(`epoch ${epoch} of ${planned}, ${history.length} recorded`),
        },
      },
    );
    assert.deepEqual(seen, [
      '32/128',
      '64/128',
      'epoch 1 of 2, 1 recorded',
      '96/128',
      '128/128',
      'epoch 2 of 2, 2 recorded',
    ]);
  });

  it('leaves no tensors behind', async () => {
    const model = smallModel();
    const data = { train: separable(64), validation: separable(64) };
    await fit(model, data, { epochs: 1 });
    const before = tf.memory().numTensors;
    await fit(model, data, { epochs: 5 });
    assert.equal(tf.memory().numTensors, before);
  });

  it('ends with the cause and a remedy when the loss becomes NaN', async () => {
    await assert.rejects(
      fit(denseModel(), { train: vectors }, { learningRate: 1e38 }),
      /the loss became .* use a learning rate below/,
    );
  });

  it('reports options that do not fit before it trains', async () => {
    await assert.rejects(
      fit(denseModel(), { train: planes }),
      /train has examples of shape \[4,4,2\], the model takes \[6\]/,
    );
    const wrong = { ...vectors, labels: labels.map(() => 3) };
    await assert.rejects(
      fit(denseModel(), { train: wrong }),
      /train has the label 3, the model has the classes 0 to 2/,
    );
    await assert.rejects(
      fit(denseModel(), { train: vectors }, { epochs: 0 }),
      /epochs must be a whole number >= 1 and <= 1000000, got 0/,
    );
    for (const validateEvery of [0, 1.5, NaN, '2' as unknown as number]) {
      await assert.rejects(
        fit(denseModel(), { train: vectors }, { validateEvery }),
        /fit: validateEvery must be a whole number >= 1, got /,
      );
    }
    for (const deciding of [{ earlyStopping: {} }, { schedule: 'reduce-on-plateau' }] as const) {
      await assert.rejects(
        fit(denseModel(), { train: vectors }, { validateEvery: 2, ...deciding }),
        /fit: (earlyStopping|schedule 'reduce-on-plateau') needs a validation after every epoch/,
      );
    }
    const misspelt = { epoch: 3 } as Parameters<typeof fit>[2];
    await assert.rejects(
      fit(denseModel(), { train: vectors }, misspelt),
      /unknown option 'epoch'; the options are epochs,/,
    );
  });
});

describe('evaluate', () => {
  it('returns mean loss, accuracy and logits of all examples', () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [2], useBias: false })] });
    tf.tidy(() => model.setWeights([tf.eye(2)]));
    const data = { values: Float32Array.of(2, 0, 0, 1, 3, 0), shape: [2], labels: Int32Array.of(0, 1, 1) };
    const { loss, accuracy, logits } = evaluate(model, data);
    const expected = (Math.log(1 + Math.exp(-2)) + Math.log(1 + Math.exp(-1)) + Math.log(1 + Math.exp(3))) / 3;
    assert.ok(Math.abs(loss - expected) < 1e-6);
    assert.equal(accuracy, 2 / 3);
    assert.deepEqual([...logits], [2, 0, 0, 1, 3, 0]);
  });

  it('says that there is nothing to evaluate, or that the data do not suit the model, like fit and its siblings', async () => {
    const model = denseModel();
    const none = { values: new Float32Array(0), shape: [6], labels: new Int32Array(0) };
    const noBatches = {
      size: 0,
      shape: [6],
      labels: none.labels,
      batch: () => assert.fail('a batch of nothing'),
    };
    const missing = (name: string) => new RegExp(`^UserError: ${name} has no examples; give at least one, `);
    assert.throws(() => evaluate(model, none), missing('evaluate: data'));
    for (const data of [none, noBatches]) {
      await assert.rejects(evaluateModel(model, data), missing('evaluateModel: data'));
      await assert.rejects(findLearningRate(model, data), missing('findLearningRate: data'));
      await assert.rejects(fit(model, { train: data }), missing('fit: train'));
      await assert.rejects(fit(model, { train: vectors, validation: data }), missing('fit: validation'));
    }
    const short = { ...vectors, shape: [5] };
    assert.throws(
      () => evaluate(model, short),
      /^UserError: evaluate: data has examples of shape \[5\], the model takes \[6\]/,
    );
    const unknown = { ...vectors, labels: vectors.labels.map(() => 3) };
    await assert.rejects(
      evaluateModel(model, unknown),
      /evaluateModel: data has the label 3, the model has the classes 0 to 2/,
    );
  });
});
