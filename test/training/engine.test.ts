import assert from 'node:assert/strict';
import type { ArrayData } from '../../src/features';
import { tf } from '../../src/tensorflow';
import { type FitOptions, fit } from '../../src/training';
import { EarlyStopping } from '../../src/training/earlyStopping';
import { Plateau } from '../../src/training/plateau';
import { buildSchedule, type ScheduleOptions, warmUp } from '../../src/training/schedules';
import oracle from './engine.json';
import { assertClose, formula, labels, planes, vectors, weightsOf } from './formulas';

type Case = { loss: number[]; weights: number[][] };

function dense(units = 3, kernelRegularizer?: ReturnType<typeof tf.regularizers.l2>): tf.LayersModel {
  const model = tf.sequential({ layers: [tf.layers.dense({ units, inputShape: [6], kernelRegularizer })] });
  tf.tidy(() => model.setWeights([tf.tensor2d(formula(6 * units, 0.7), [6, units]), tf.zeros([units])]));
  return model;
}

function normalized(options: { scale?: boolean; center?: boolean }): tf.LayersModel {
  const norm = tf.layers.batchNormalization({ epsilon: 1e-3, momentum: 0.9, ...options });
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', useBias: false, inputShape: [4, 4, 2] }),
      norm,
      tf.layers.reLU(),
      tf.layers.globalAveragePooling2d({}),
      tf.layers.dense({ units: 3 }),
    ],
  });
  const { scale = true, center = true } = options;
  tf.tidy(() =>
    model.setWeights(
      inOrderOf(model, [
        tf.tensor4d(formula(72, 0.3), [3, 3, 2, 4]),
        ...(scale ? [tf.tensor1d(formula(4, 0.5, (v) => 1 + v / 4))] : []),
        ...(center ? [tf.tensor1d(formula(4, 0.9, (v) => v / 4))] : []),
        tf.tensor1d(formula(4, 1.3, (v) => v / 4)),
        tf.tensor1d(formula(4, 1.7, (v) => 1.5 + v / 4)),
        tf.tensor2d(formula(12, 1.1), [4, 3]),
        tf.zeros([3]),
      ]),
    ),
  );
  return model;
}

/** Sets weights layer by layer, in the order of Keras; `setWeights` of a tfjs model expects all trainable ones first. */
function inOrderOf(model: tf.LayersModel, values: tf.Tensor[]): tf.Tensor[] {
  const byLayer = model.layers.flatMap((layer) => layer.weights);
  return model.weights.map((weight) => values[byLayer.indexOf(weight)]!);
}

/** TensorFlow's operation for Adam takes beta2 in float32, from which 1 - beta2 is off by 1e-5; Keras computes it before. */
const CLOSE = 2e-5;

const sgd = { optimizer: 'sgd', learningRate: 0.1 } as const;

async function compare(
  expected: Case,
  options: FitOptions,
  { model = dense(), data = vectors }: { model?: tf.LayersModel; data?: ArrayData } = {},
): Promise<void> {
  const { history } = await fit(model, { train: data }, { epochs: 20, batchSize: 12, ...options });
  assertClose(
    history.map(({ loss }) => loss),
    expected.loss,
    CLOSE,
    'losses',
  );
  weightsOf(model).forEach((weight, i) => assertClose(weight, expected.weights[i]!, CLOSE, `weight ${i}`));
}

/** The same as a graph, and nothing may run operation by operation. */
async function compareAsGraph(...[expected, options, network]: Parameters<typeof compare>): Promise<void> {
  const messages: string[] = [];
  const listener = { onMessage: (text: string) => messages.push(text) };
  await compare(expected, { ...options, graph: true, listener }, network);
  assert.ok(!messages.join().includes('op by op'), messages.join());
}

describe('20 steps agree with Keras, to 2e-5, with', () => {
  const optimizers: [string, Case, FitOptions][] = [
    ['SGD', oracle.sgd, sgd],
    ['momentum', oracle.momentum, { optimizer: 'momentum', learningRate: 0.1 }],
    [
      'Nesterov momentum',
      oracle.nesterov,
      { optimizer: { name: 'momentum', momentum: 0.9, nesterov: true }, learningRate: 0.1 },
    ],
    ['RMSprop', oracle.rmsprop, { optimizer: 'rmsprop', learningRate: 0.01 }],
    [
      'RMSprop with momentum',
      oracle.rmspropMomentum,
      { optimizer: { name: 'rmsprop', rho: 0.8, momentum: 0.5 }, learningRate: 0.01 },
    ],
    ['Adam', oracle.adam, { optimizer: 'adam', learningRate: 0.01 }],
    [
      'AdamW that excludes biases',
      oracle.adamw,
      { optimizer: { name: 'adamw', weightDecay: 0.1 }, learningRate: 0.01 },
    ],
    ['Adagrad', oracle.adagrad, { optimizer: 'adagrad', learningRate: 0.1 }],
    ['gradients clipped by value', oracle.clipValue, { ...sgd, clipping: { value: 0.05 } }],
    ['gradients clipped by norm', oracle.clipNorm, { ...sgd, clipping: { norm: 0.2 } }],
    ['gradients clipped by global norm', oracle.clipGlobalNorm, { ...sgd, clipping: { globalNorm: 0.2 } }],
    ['a moving average of the weights', oracle.averaging, { ...sgd, averaging: 0.5 }],
    ['label smoothing', oracle.smoothing, { ...sgd, loss: { name: 'categorical', labelSmoothing: 0.2 } }],
    ['focal loss', oracle.focal, { ...sgd, loss: { name: 'focal', alpha: 0.25, gamma: 2 } }],
    ['a cosine schedule', oracle.cosine, { ...sgd, schedule: { name: 'cosine', floor: 0.1 } }],
  ];
  for (const [name, expected, options] of optimizers) {
    it(name, () => compare(expected, options));
    it(`${name}, as a graph`, () => compareAsGraph(expected, options));
  }

  const two: ArrayData = { ...vectors, labels: labels.map((label) => Number(label === 1)) };
  const uneven: ArrayData = { ...vectors, labels: Int32Array.of(0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2) };
  type Network = () => NonNullable<Parameters<typeof compare>[2]>;
  const others: [string, Case, FitOptions, Network][] = [
    ['binary cross-entropy', oracle.binary, sgd, () => ({ model: dense(1), data: two })],
    [
      'binary cross-entropy and label smoothing',
      oracle.binarySmoothing,
      { ...sgd, loss: { name: 'binary', labelSmoothing: 0.2 } },
      () => ({ model: dense(1), data: two }),
    ],
    [
      'binary focal loss',
      oracle.binaryFocal,
      { ...sgd, loss: { name: 'focal', gamma: 1.5, alpha: 0.3 } },
      () => ({ model: dense(1), data: two }),
    ],
    ["class weights 'balanced'", oracle.balanced, { ...sgd, classWeights: 'balanced' }, () => ({ data: uneven })],
    ['an L2 penalty', oracle.l2, sgd, () => ({ model: dense(3, tf.regularizers.l2({ l2: 0.05 })) })],
    [
      'an L1 and L2 penalty',
      oracle.l1l2,
      sgd,
      () => ({ model: dense(3, tf.regularizers.l1l2({ l1: 0.01, l2: 0.02 })) }),
    ],
    ['batch normalization that trains', oracle.normalized, sgd, () => ({ model: normalized({}), data: planes })],
    [
      'batch normalization without scale, which plain tfjs cannot train',
      oracle.withoutScale,
      sgd,
      () => ({ model: normalized({ scale: false }), data: planes }),
    ],
    [
      'batch normalization without offset, which plain tfjs cannot train',
      oracle.withoutCenter,
      sgd,
      () => ({ model: normalized({ center: false }), data: planes }),
    ],
  ];
  for (const [name, expected, options, network] of others) {
    it(name, () => compare(expected, options, network()));
    it(`${name}, as a graph`, () => compareAsGraph(expected, options, network()));
  }

  it('gradients accumulated over 4 batches', async () => {
    // Keras reports the loss of each batch before the only step of an epoch, like tunebook; the order does not matter
    await compare(oracle.accumulate, { ...sgd, batchSize: 3, accumulate: 4 });
    await compareAsGraph(oracle.accumulate, { ...sgd, batchSize: 3, accumulate: 4 });
  });
});

describe('schedules', () => {
  const factors = (options: ScheduleOptions, stepsPerEpoch = 4) => {
    const schedule = buildSchedule(options);
    return Array.from({ length: 20 }, (_, step) => schedule({ step, steps: 20, stepsPerEpoch }));
  };

  it('agree with Keras: cosine, exponential, step, and warm-up before cosine', () => {
    const { rates } = oracle;
    assertClose(factors({ name: 'cosine', floor: 0.1 }), rates.cosine, 1e-6, 'cosine');
    assertClose(factors({ name: 'exponential', factor: 0.9 }), rates.exponential, 1e-6, 'exponential');
    assertClose(factors({ name: 'step', factor: 0.5, every: 2 }), rates.step, 1e-6, 'step');
    assertClose(factors(warmUp(buildSchedule('cosine'), 5)), rates.warmUp, 1e-6, 'warm-up');
  });

  it('rise and fall once in the one-cycle policy', () => {
    const cycle = factors('one-cycle');
    assert.ok(Math.abs(cycle[0]! - 0.04) < 1e-12);
    assert.equal(cycle[5], 1); // after a quarter of the steps
    assert.ok(Math.abs(cycle[19]! - (1e-5 + (0.99999 * (1 + Math.cos((Math.PI * 14) / 15))) / 2)) < 1e-12);
    assert.ok(cycle.every((value, i) => i === 0 || (i <= 5 ? value > cycle[i - 1]! : value < cycle[i - 1]!)));
  });

  it("lower the rate on a plateau when Keras's callback does", () => {
    const follow = (plateau: Plateau) =>
      oracle.losses.map((loss) => {
        plateau.observe(loss);
        return plateau.state.factor;
      });
    assertClose(follow(new Plateau({ patience: 3, factor: 0.5 })), oracle.plateau, 1e-6, 'plateau');
    const options = { patience: 2, factor: 0.1, cooldown: 2, minDelta: 0, floor: 0.01 };
    assertClose(follow(new Plateau(options)), oracle.plateauCooldown, 1e-6, 'with cooldown');
  });

  it('reject unknown options', () => {
    assert.throws(() => buildSchedule('linear' as 'cosine'), /unknown schedule 'linear'; the schedules are constant,/);
    assert.throws(() => buildSchedule({ name: 'step', evry: 3 } as { name: 'step' }), /unknown option 'evry'/);
  });
});

describe('early stopping', () => {
  const follow = (watch: EarlyStopping) => {
    for (const [i, validationLoss] of oracle.losses.entries()) {
      const record = { epoch: i + 1, loss: 0, accuracy: 0, learningRate: 0, seconds: 0, validationLoss };
      if (watch.observe(record).enough) return { epochs: i + 1, best: watch.state.bestEpoch };
    }
    return { epochs: oracle.losses.length, best: watch.state.bestEpoch };
  };

  it("ends when Keras's callback does", () => {
    assert.deepEqual(follow(new EarlyStopping({ patience: 5 }, true)), oracle.stopping);
    assert.deepEqual(follow(new EarlyStopping({ patience: 3, minDelta: 0.15 }, true)), oracle.stoppingDelta);
  });
});
