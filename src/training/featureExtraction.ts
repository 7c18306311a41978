import { presetAugmentation } from '../augment';
import {
  extractFeatures,
  extractViews,
  featureSource,
  PictureNetwork,
  PixelMemory,
  PixelStore,
  sumSeconds,
} from '../features';
import { evaluateLogits } from './evaluate';
import { fit } from './fit';
import { fitOptionsOf } from './trainSettings';
import { buildHeadOf, checkReadable, type Variation } from './variation';

/** Train a head over the features of a frozen backbone, each computed once. */
export const featureExtraction: Variation = async (dataset, split, backbone, settings) => {
  const { listener, checkpoint, resume } = settings;
  const { features, views, readable, trainData, validationData } = await extractAll(dataset, split, backbone, settings);
  const head = buildHeadOf(settings, features.length, dataset.classes.length);
  const began = performance.now();
  const { history, ended, evaluation, peakMemory } = await fit(
    head,
    { train: trainData, validation: validationData },
    { ...fitOptionsOf(settings), epochs: settings.epochs, listener, checkpoint, resume },
  );
  for (const { rows } of [features, ...views]) rows.dispose();
  return {
    head,
    history,
    ended,
    evaluation: evaluateLogits(evaluation!.logits, validationData.labels),
    split: { train: [...readable], validation: [...validationData.examples] },
    skipped: features.skipped,
    content: features.hashes.map((hash, row) => ({ hash, label: features.labels[row]! })),
    seconds: { ...sumSeconds([features, ...views]), training: (performance.now() - began) / 1000 },
    frozenUpTo: backbone.model.layers.at(-1)!.name,
    peakMemory,
  };
};

/** The features of all pictures, and of the training pictures' augmented views. */
async function extractAll(...[dataset, split, backbone, settings]: Parameters<Variation>) {
  const { cache, listener, precision } = settings;
  const pictures = [...split.train, ...split.validation];
  const augmentation = presetAugmentation(settings.augment);
  const count = pictures.length + (augmentation ? settings.views * split.train.length : 0);
  const network = new PictureNetwork(backbone, count, listener.onMessage, precision);
  try {
    const store = cache ? PixelStore.for(backbone.entry.preprocessing, pictures.length) : undefined;
    // without views each picture is looked at once, and its features are kept
    const memory = augmentation ? new PixelMemory(undefined, store) : undefined;
    const options = { cache, listener, network, memory };
    const features = await extractFeatures(backbone, pictures, options);
    const validationData = featureSource([features], split.validation);
    const readable = featureSource([features], split.train).examples;
    checkReadable(dataset, readable, validationData.examples, listener);
    const views = augmentation
      ? await extractViews(backbone, readable, { ...options, augmentation, views: settings.views })
      : [];
    return { features, views, readable, trainData: featureSource([features, ...views], readable), validationData };
  } finally {
    network.dispose();
  }
}
