import { UserError } from '../core/errors';
import { checkLabelled, type Dataset, splitDataset, withFit } from '../data';
import { Pictures, withChannelStatistics } from '../features';
import { attachHead, freeze } from '../layers';
import type { LearningRateFinding } from '../metrics/learningRateFinding';
import { backboneOf } from './backboneOf';
import { findLearningRate } from './findLearningRate';
import { fitOptionsOf, type TrainOptions, trainSettings } from './trainSettings';
import { buildHeadOf, checkReadable } from './variation';

/**
 * Finds a learning rate for the head of a training, on its training pictures and before any of them is learned: see
 * {@link findLearningRate}. The backbone is frozen meanwhile, so its features are computed once, and the training that follows finds
 * them in the cache.
 *
 * @param pictures a dataset with classes
 * @param options those of {@link train}; the `learningRate` among them is not used
 * @returns the loss at each rate, and the suggested rates; the setting `learningRate` takes `valley`
 * @throws {UserError} when a setting is unknown or out of range, or the pictures cannot be trained on
 *
 * @example
 * ```ts
 * import { imageFolder, train, training } from 'tunebook';
 * const options = { backbone: 'mobilenet-v1-0.25', weights: 'random', inputSize: 64, epochs: 2 } as const;
 * const { valley } = await training.findHeadRate(imageFolder('photos'), options);
 * const run = await train(imageFolder('photos'), { ...options, learningRate: valley ?? 0.003 });
 * run.history.length; // => 2
 * ```
 */
export async function findHeadRate(pictures: Dataset, options?: TrainOptions): Promise<LearningRateFinding> {
  const settings = trainSettings(options);
  const { listener, cache, precision, engine } = settings;
  checkLabelled(pictures);
  const dataset = withFit(pictures, settings.fit);
  const { validation, test, seed } = settings;
  const split = splitDataset(dataset, { validation, test, seed });
  const backbone = await withChannelStatistics(await backboneOf(settings, listener), split.train, listener);
  const model = attachHead(backbone.model, buildHeadOf(settings, backbone.entry.features, dataset.classes.length));
  try {
    freeze(model, { names: backbone.model.layers.map(({ name }) => name) });
    const opened = await Pictures.open(split.train, backbone.entry.preprocessing, { cache, listener });
    const train = opened.readable(split.train);
    checkReadable(dataset, train, split.validation, opened.skipped, listener);
    const { batchSize, optimizer, loss, classWeights, clipping } = fitOptionsOf(settings);
    const chosen = { batchSize, optimizer, loss, classWeights, clipping, seed };
    const finding = await findLearningRate(model, opened.source(train), {
      ...{ ...chosen, listener, cache: { precision, engine, ...(!cache && { disk: 0 }) } },
    });
    if (listener.shouldStop?.()) throw new UserError('stopped before a learning rate was found');
    return finding;
  } finally {
    model.dispose();
  }
}
