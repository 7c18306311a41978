import type { Listener } from '../core/listener';
import { checkNumber, withDefaults } from '../core/options';
import { type Data, findFrozenPart, frozenSource } from '../features';
import { toSource } from '../features/batchSource';
import { type LearningRateFinding, type LearningRateStep, suggestLearningRates } from '../metrics/learningRateFinding';
import type { tf } from '../tensorflow';
import { checkData } from './data';
import { type FitOptions, fitSettings } from './fitSettings';
import { Trainer } from './trainer';
import { Snapshot } from './weights';

/** Options of {@link findLearningRate}; those of `fit` mean the same. */
export interface FindLearningRateOptions
  extends Pick<
    FitOptions,
    'batchSize' | 'optimizer' | 'loss' | 'classWeights' | 'clipping' | 'seed' | 'cache' | 'listener'
  > {
  /** The learning rate of the first step. Default: 1e-7. */
  from?: number;
  /** The learning rate of the last step. Default: 10. */
  to?: number;
  /** The number of steps, 10 or more; it ends earlier when the loss grows. Default: 100. */
  steps?: number;
}

/**
 * Suggests a learning rate: trains for some steps while the rate rises from very low to very high, and looks where the loss falls
 * fastest (Smith 2017, Cyclical Learning Rates; smoothing, stopping and the two suggestions as in fastai). The model has its old
 * weights back afterwards.
 *
 * @param model [batch, ...shape] to [batch, classes] logits, or to [batch, 1] for two classes
 * @param data training data
 * @returns the loss at each rate, and the suggested rates
 * @throws {UserError} when an option is out of range, or the data do not suit the model
 *
 * @example
 * ```ts
 * import { buildHead, findLearningRate } from 'tunebook';
 * const values = Float32Array.from([0, 1, 0.1, 0.9, 1, 0, 0.9, 0.1]);
 * const data = { values, shape: [2], labels: Int32Array.from([0, 0, 1, 1]) };
 * const { valley } = await findLearningRate(buildHead(2, 2), data, { steps: 20 });
 * console.log(valley); // a learning rate to start with, or null if the loss never fell
 * ```
 */
export async function findLearningRate(
  model: tf.LayersModel,
  data: Data,
  options?: FindLearningRateOptions,
): Promise<LearningRateFinding> {
  const { from, to, steps, ...rest } = withDefaults<FindLearningRateOptions>('findLearningRate', options, {
    from: 1e-7,
    to: 10,
    steps: 100,
    batchSize: 32,
    optimizer: 'adam',
    loss: 'auto',
    classWeights: undefined,
    clipping: undefined,
    seed: 0,
    cache: true,
    listener: {},
  }) as FindLearningRateOptions & { from: number; to: number; steps: number };
  checkNumber('findLearningRate: from', from, { min: Number.MIN_VALUE });
  checkNumber('findLearningRate: to', to, { min: from });
  checkNumber('findLearningRate: steps', steps, { min: 10, integer: true });
  checkData('findLearningRate: data', model, data);
  const rateAt = (step: number) => from * (to / from) ** (step / steps);
  const settings = fitSettings({ ...rest, epochs: 1, learningRate: 1, schedule: ({ step }) => rateAt(step) });
  const source = toSource(data);
  const part = settings.cache === false ? undefined : findFrozenPart(model);
  const limits = typeof settings.cache === 'object' ? settings.cache : {};
  const kept = part && (await frozenSource(source, part, { ...limits, listener: settings.listener }));
  const forward = kept
    ? (x: tf.Tensor) => part.above(x, true) as tf.Tensor2D
    : (x: tf.Tensor) => model.apply(x, { training: true }) as tf.Tensor2D;
  const trainer = new Trainer(model, kept ?? source, { forward, cut: kept && part.layer }, settings);
  const before = new Snapshot(trainer.weights.map(({ variable }) => variable));
  try {
    const full = Math.min(settings.batchSize, source.size);
    return suggestLearningRates(await sweep(trainer, { steps, rateAt, full, listener: settings.listener }));
  } finally {
    before.restore();
    before.dispose();
    trainer.dispose();
  }
}

interface Sweep {
  steps: number;
  rateAt: (step: number) => number;
  /** examples in a full batch */
  full: number;
  listener: Listener;
}

/**
 * One step at each rate, until the smoothed loss is four times its lowest value, or not a finite number. The last batch of an epoch may
 * be small, and its loss far from the others by chance, so a batch counts as much in the average as it has examples.
 */
async function sweep(trainer: Trainer, { steps, rateAt, full, listener }: Sweep): Promise<LearningRateStep[]> {
  const result: LearningRateStep[] = [];
  const sums = { loss: 0, weight: 0 };
  let best = Infinity;
  let over = false;
  for (let epoch = 1; !over; epoch++) {
    let before = 0;
    const { diverged } = await trainer.epoch(epoch, async (seen, loss) => {
      const step = result.length;
      const kept = 0.98 ** ((seen - before) / full);
      before = seen;
      sums.loss = kept * sums.loss + (1 - kept) * loss;
      sums.weight = kept * sums.weight + (1 - kept);
      const smoothed = sums.loss / sums.weight;
      best = Math.min(best, smoothed);
      result.push({ learningRate: rateAt(step), loss, smoothed });
      listener.onProgress?.({ task: 'learning rates', done: result.length, total: steps, unit: 'steps' });
      over = smoothed > 4 * best || result.length === steps || (listener.shouldStop?.() ?? false);
      return over;
    });
    over ||= diverged !== undefined;
  }
  return result;
}
