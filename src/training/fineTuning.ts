import { join } from 'node:path';
import { presetAugmentation } from '../augment';
import { findFrozenPart, keptOnDisk, Pictures } from '../features';
import { attachHead, freeze, learningRateGroups, unfreeze } from '../layers';
import type { tf } from '../tensorflow';
import { evaluateLogits } from './evaluate';
import { type FitResult, fit } from './fit';
import { JointTraining, type Stage, stagesOf } from './stages';
import { fitOptionsOf } from './trainSettings';
import { buildHeadOf, checkReadable, type Variation } from './variation';

/**
 * Train a head and a part of the backbone, or all of it, in one stage or several. What stays frozen is computed once a picture
 * and stage.
 */
export const fineTuning: Variation = async (dataset, split, backbone, settings) => {
  const { cache, listener, checkpoint, resume, precision } = settings;
  const { blockLayers, entry } = backbone;
  const head = buildHeadOf(settings, entry.features, dataset.classes.length);
  const model = attachHead(backbone.model, head);
  const stages = stagesOf(settings, blockLayers.length);
  const prepare = ({ blocks }: Stage) => {
    freeze(model, { names: backbone.model.layers.map(({ name }) => name) });
    const lowest = blockLayers.at(-blocks);
    if (blocks === 0 || !lowest) return;
    const names = blockLayers.slice(-blocks).map(({ name }) => name);
    unfreeze(model, { names }, { blocks: blockLayers, batchNormalization: settings.batchNormalization });
  };
  prepare(stages[0]!);

  const decodingBegan = performance.now();
  const known = cache ? keptOnDisk(findFrozenPart(model), precision) : undefined;
  const all = [...split.train, ...split.validation];
  const pictures = await Pictures.open(all, entry.preprocessing, { cache, known, listener });
  const decode = (performance.now() - decodingBegan) / 1000;
  const [train, validation] = [pictures.readable(split.train), pictures.readable(split.validation)];
  checkReadable(dataset, train, validation, listener);
  const validationSource = pictures.source(validation);
  const augmentation = presetAugmentation(settings.augment);

  const trainingBegan = performance.now();
  const joint = new JointTraining(listener, settings.epochs);
  let last: FitResult | undefined;
  for (const [i, stage] of stages.entries()) {
    prepare(stage);
    if (stages.length > 1) listener.onMessage?.(`training ${stage.name} for ${stage.epochs} epochs`);
    const views = findFrozenPart(model) ? settings.views : Infinity;
    const trainSource = pictures.source(train, augmentation && { augmentation, views, seed: settings.seed });
    last = await fit(
      model,
      { train: trainSource, validation: validationSource },
      {
        ...fitOptionsOf(settings),
        ...rates(model, blockLayers, stage, settings),
        seed: settings.seed + i,
        epochs: stage.epochs,
        cache: cache ? { precision } : { precision, disk: 0 },
        checkpoint: checkpoint && join(checkpoint, `stage-${i + 1}`),
        resume,
        listener: joint.during(stage),
      },
    );
    joint.add(last.history);
    if (last.ended === 'stopped' || last.ended === 'diverged') break;
  }
  const training = (performance.now() - trainingBegan) / 1000;
  const { ended, evaluation, frozenUpTo, peakMemory } = last!;
  return {
    head,
    model,
    history: joint.history,
    ended,
    evaluation: evaluateLogits(evaluation!.logits, validationSource.labels),
    split: { train, validation },
    skipped: pictures.skipped,
    content: pictures.examples.map(({ label }, i) => ({ hash: pictures.hashes[i]!, label })),
    seconds: { decode, features: 0, training },
    frozenUpTo,
    peakMemory,
  };
};

function rates(
  model: tf.LayersModel,
  blocks: Parameters<typeof learningRateGroups>[1],
  { learningRate }: Stage,
  { backboneLearningRate: backbone, layerDecay: decay }: { backboneLearningRate: number; layerDecay: number },
) {
  return { learningRate, groups: learningRateGroups(model, blocks, { head: learningRate, backbone, decay }) };
}
