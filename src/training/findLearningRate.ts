import type { Listener } from '../core/listener';
import { checkNumber, withDefaults } from '../core/options';
import { findFrozenPart, frozenSource } from '../features';
import type { tf } from '../tensorflow';
import { checkData, type Data, toSource } from './data';
import { type FitOptions, fitSettings } from './settings';
import { Trainer } from './trainer';
import { Snapshot } from './weights';

export interface FindLearningRateOptions
  extends Pick<
    FitOptions,
    'batchSize' | 'optimizer' | 'loss' | 'classWeights' | 'clipping' | 'seed' | 'cache' | 'listener'
  > {
  /** rate of the first step; default 1e-7 */
  from?: number;
  /** rate of the last step; default 10 */
  to?: number;
  /** default 100 */
  steps?: number;
}

/** One step of the sweep. */
export interface LearningRateStep {
  learningRate: number;
  /** of the batch, without penalties */
  loss: number;
  /** running mean of the losses until here (momentum 0.98, bias corrected): what suggestions look at */
  smoothed: number;
}

export interface LearningRateFinding {
  steps: LearningRateStep[];
  /** in the middle of the longest valley of the loss: a safe, high rate; null if the loss falls nowhere */
  valley: number | null;
  /** where the loss falls most steeply over the logarithm of the rate; null if there are too few steps */
  steepest: number | null;
}

/**
 * Train a few steps while the learning rate rises from far too low to far too high, and see where the loss falls (Smith 2017,
 * Cyclical Learning Rates; smoothing, stop and both suggestions are fastai's). The model has its weights back afterwards.
 *
 * @throws {UserError} if data and model do not fit
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
  checkData('train', model, data);
  const rateAt = (step: number) => from * (to / from) ** (step / steps);
  const settings = fitSettings({ ...rest, epochs: 1, learningRate: 1, schedule: ({ step }) => rateAt(step) });
  const source = toSource(data);
  const part = settings.cache === false ? undefined : findFrozenPart(model);
  const room = typeof settings.cache === 'object' ? settings.cache : {};
  const kept = part && (await frozenSource(source, part, { ...room, listener: settings.listener }));
  const forward = kept
    ? (x: tf.Tensor) => part.above(x, true) as tf.Tensor2D
    : (x: tf.Tensor) => model.apply(x, { training: true }) as tf.Tensor2D;
  const trainer = new Trainer(model, kept ?? source, { forward, cut: kept && part.layer }, settings);
  const before = new Snapshot(trainer.weights.map(({ variable }) => variable));
  try {
    return suggest(await sweep(trainer, steps, rateAt, settings.listener));
  } finally {
    before.restore();
    before.dispose();
    trainer.dispose();
  }
}

/** One step at each rate, until the loss is four times the best, or no number. */
async function sweep(
  trainer: Trainer,
  steps: number,
  rateAt: (step: number) => number,
  listener: Listener,
): Promise<LearningRateStep[]> {
  const result: LearningRateStep[] = [];
  let mean = 0;
  let best = Infinity;
  let over = false;
  for (let epoch = 1; !over; epoch++) {
    const { diverged } = await trainer.epoch(epoch, async (_seen, loss) => {
      const step = result.length;
      mean = 0.98 * mean + 0.02 * loss;
      const smoothed = mean / (1 - 0.98 ** (step + 1));
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

/** fastai looks at the sweep without its first tenth and its last five steps. */
export function suggest(steps: LearningRateStep[]): LearningRateFinding {
  const middle = steps.slice(Math.floor(steps.length / 10), -5);
  return { steps, valley: valley(middle), steepest: steepest(middle) };
}

/** The middle of the longest falling subsequence of the losses, as fastai's `valley`. */
function valley(steps: readonly LearningRateStep[]): number | null {
  const lengths = steps.map(() => 1);
  let start = 0;
  let end = 0;
  for (let i = 1; i < steps.length; i++) {
    for (let j = 0; j < i; j++) {
      if (steps[i]!.smoothed < steps[j]!.smoothed && lengths[i]! < lengths[j]! + 1) lengths[i] = lengths[j]! + 1;
      if (lengths[end]! < lengths[i]!) {
        end = i;
        start = end - lengths[end]!;
      }
    }
  }
  if (end === 0) return null;
  const third = (end - start) / 3;
  return steps[start + Math.floor(third) + Math.floor(third / 2)]?.learningRate ?? null;
}

function steepest(steps: readonly LearningRateStep[]): number | null {
  let best: { slope: number; learningRate: number } | undefined;
  for (let i = 0; i + 1 < steps.length; i++) {
    const [a, b] = [steps[i]!, steps[i + 1]!];
    const slope = (b.smoothed - a.smoothed) / (Math.log(b.learningRate) - Math.log(a.learningRate));
    if (!best || slope < best.slope) best = { slope, learningRate: a.learningRate };
  }
  return best?.learningRate ?? null;
}
