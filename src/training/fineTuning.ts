import { join } from 'node:path';
import { augmentationPresets, presetAugmentation } from '../augment';
import { type FrozenCounts, findFrozenPart, Pictures } from '../features';
import { FrozenRows } from '../features/frozenRows';
import { attachHead, freeze, learningRateGroups, unfreeze } from '../layers';
import type { tf } from '../tensorflow';
import { evaluateLogits } from './evaluate';
import { fit } from './fit';
import type { FitResult } from './fitResult';
import { describeInterpolation } from './interpolation';
import { JointTraining, type Stage, stagesOf } from './stages';
import { fitOptionsOf } from './trainSettings';
import { variantEntry } from './variants';
import { buildHeadOf, checkReadable, type Variation } from './variation';

/**
 * Trains a head, alone or together with a part of the backbone or all of it, in one or several stages. The outputs of frozen layers are
 * computed once per picture (or augmented view) and stage: where only the head trains, this is feature extraction.
 */
export const fineTuning: Variation = async (dataset, split, backbone, settings) => {
  const { cache, listener, checkpoint, resume, precision, engine, measure, validateEvery } = settings;
  const { blockLayers, entry } = backbone;
  const head = buildHeadOf(settings, entry.features, dataset.classes.length);
  const model = attachHead(backbone.model, head);
  const stages = stagesOf(settings, blockLayers.length);
  const onlyHead = variantEntry(settings.variant).trains === 'head';
  const prepare = ({ blocks }: Stage) => {
    freeze(model, { names: backbone.model.layers.map(({ name }) => name) });
    const lowest = blockLayers.at(-blocks);
    if (blocks === 0 || !lowest) return;
    const names = blockLayers.slice(-blocks).map(({ name }) => name);
    unfreeze(model, { names }, { blocks: blockLayers, batchNormalization: settings.batchNormalization });
  };
  prepare(stages[0]!);

  const { channels = 3 } = entry.preprocessing;
  const augmentation = presetAugmentation(settings.augment, channels);
  if (channels !== 3 && settings.augment !== 'none' && augmentationPresets[settings.augment].colors) {
    listener.onMessage?.(
      `augmentation '${settings.augment}' without its changes of colour, which need red, green and blue: pictures have ${channels} ${channels === 1 ? 'channel' : 'channels'}`,
    );
  }
  const viewsIn = ({ epochs, blocks }: Stage) => {
    // a head that only prepares for the next stage needs no views, each of which passes through the whole backbone
    if (!augmentation || (blocks === 0 && stages.length > 1)) return 0;
    return findFrozenPart(model) ? Math.min(settings.views, epochs - 1) : Infinity; // epoch 1 takes the pictures as they are
  };
  const limits = { precision, engine, ...(!cache && { disk: 0 }) };
  const all = [...split.train, ...split.validation];
  const part = findFrozenPart(model);
  const count = all.length + split.train.length * viewsIn(stages[0]!);
  const rows = part && FrozenRows.open(part, { count, keyed: true }, { ...limits, listener });
  // pictures whose features are in the cache are not decoded again, unless they are augmented or a later stage freezes fewer layers
  const again = !rows || augmentation !== undefined || stages.length > 1;

  const decodingBegan = performance.now();
  try {
    const pictures = await Pictures.open(all, entry.preprocessing, {
      cache: cache && again,
      ...(!again && { memory: 0 }),
      rows,
      listener,
    });
    const computing = rows?.seconds ?? 0; // while the pictures were decoded
    const decode = (performance.now() - decodingBegan) / 1000 - computing;
    const [train, validation] = [pictures.readable(split.train), pictures.readable(split.validation)];
    checkReadable(dataset, train, validation, pictures.skipped, listener);
    const validationSource = pictures.source(validation);

    const trainingBegan = performance.now();
    const features: FrozenCounts = { computed: 0, cached: 0, seconds: 0, engine: 'tensorflow' };
    const joint = new JointTraining(listener, settings.epochs);
    let last: FitResult | undefined;
    for (const [i, stage] of stages.entries()) {
      prepare(stage);
      if (stages.length > 1) listener.onMessage?.(`training ${stage.name} for ${stage.epochs} epochs`);
      const views = viewsIn(stage);
      // where only the head trains, the views are the same for all seeds, so that the runs of a study share their features
      const seed = onlyHead ? 0 : settings.seed;
      const trainSource = pictures.source(train, augmentation && views > 0 ? { augmentation, views, seed } : undefined);
      last = await fit(
        model,
        { train: trainSource, validation: validationSource },
        {
          ...fitOptionsOf(settings),
          ...(i === 0 && { interpolation: 'none' as const }), // what it starts from is not trained yet
          ...(stage.blocks === 0 && stages.length > 1 && { mixing: 'none' as const }), // this head only prepares
          ...rates(model, blockLayers, stage, settings),
          seed: (settings.seed + i) % (Number.MAX_SAFE_INTEGER + 1),
          epochs: stage.epochs,
          cache: i === 0 && rows ? { ...limits, rows } : limits,
          checkpoint: checkpoint && join(checkpoint, `stage-${i + 1}`),
          resume,
          measure,
          validateEvery,
          listener: joint.during(stage),
        },
      );
      joint.add(last.history);
      if (last.interpolation) listener.onMessage?.(describeInterpolation(last.interpolation));
      for (const name of ['computed', 'cached', 'seconds'] as const) features[name] += last.features[name];
      if (last.features.engine !== 'tensorflow') features.engine = last.features.engine;
      if (last.ended === 'stopped' || last.ended === 'diverged') break;
    }
    const { ended, evaluation, frozenUpTo, peakMemory, interpolation } = last!;
    const training = (performance.now() - trainingBegan) / 1000 - (features.seconds - computing);
    const { computed, cached, engine: used } = features;
    return {
      head,
      ...(!onlyHead && { model }),
      history: joint.history,
      ended,
      ...(interpolation && { interpolation }),
      evaluation: evaluateLogits(evaluation!.logits, validationSource.labels),
      split: { train, validation },
      skipped: pictures.skipped,
      content: pictures.examples.map(({ label }, i) => ({ hash: pictures.hashes[i]!, label })),
      seconds: { decode, features: features.seconds, training },
      features: { computed, cached, engine: used },
      frozenUpTo,
      peakMemory,
    };
  } finally {
    rows?.dispose();
  }
};

function rates(
  model: tf.LayersModel,
  blocks: Parameters<typeof learningRateGroups>[1],
  { learningRate }: Stage,
  { backboneLearningRate: backbone, layerDecay: decay }: { backboneLearningRate: number; layerDecay: number },
) {
  return { learningRate, groups: learningRateGroups(model, blocks, { head: learningRate, backbone, decay }) };
}
