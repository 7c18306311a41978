/*
 * What editors and cells of a notebook show in red before it runs. Nothing here is executed: `npm run build` compiles it, and fails where
 * a line under `@ts-expect-error` is right, or another is wrong.
 */
import {
  type AugmentationName,
  type BackboneName,
  compareBackbones,
  type Dataset,
  fit,
  loadBackbone,
  models,
  predict,
  recommendBackbone,
  type studies,
  study,
  type TrainOptions,
  type TrainSettings,
  train,
  training,
  type Variant,
} from '../../src';
import type { tf } from '../../src/tensorflow';

declare const dataset: Dataset;
declare const model: tf.LayersModel;
declare const data: Parameters<typeof fit>[1];

export const right = [
  () => train(dataset, { backbone: 'resnet50', variant: 'from-scratch', augment: 'strong', optimizer: 'adamw' }),
  () => train(dataset, { schedule: 'one-cycle', head: 'dense', weights: 'random', classWeights: 'balanced' }),
  () => train(dataset, { precision: 'bfloat16', batchNormalization: 'training' }),
  () =>
    fit(model, data, {
      optimizer: { name: 'sgd', momentum: 0.9 },
      schedule: { name: 'step', every: 5 },
      loss: 'focal',
    }),
  () => fit(model, data, { earlyStopping: { monitor: 'accuracy' } }),
  () => loadBackbone('efficientnet-b3'),
  () => compareBackbones(dataset, ['vgg16', 'mobilenet-v1-0.25']),
  () => recommendBackbone({ pictures: 100, names: models.backboneNames() }),
  () => predict({ backbone: 'mobilenet-v2' }, ['photo.jpg']),
  () => study({ data: 'emoji', axes: { variant: training.variantNames, dropout: [0, 0.5], dummy: [1, 2] } }),
  () =>
    study({
      data: 'emoji',
      axes: { recipe: [{ name: 'slow', epochs: 40, schedule: 'cosine' }] },
      design: 'one-factor',
    }),
  () => study({ data: 'emoji', settings: { backbone: 'vgg19' }, budget: { pruning: 'halving' } }),
];

export const wrong = [
  // @ts-expect-error: the name is resnet50
  () => train(dataset, { backbone: 'resnet-50' }),
  // @ts-expect-error: a slip of the pen
  () => train(dataset, { augment: 'strnog' }),
  // @ts-expect-error: no variant
  () => train(dataset, { variant: 'fine-tune' }),
  // @ts-expect-error: no optimizer
  () => train(dataset, { optimizer: 'adamx' }),
  // @ts-expect-error: no schedule
  () => train(dataset, { schedule: 'cosinus' }),
  // @ts-expect-error: no head
  () => train(dataset, { head: 'square' }),
  // @ts-expect-error: no source of weights
  () => train(dataset, { weights: 'cifar' }),
  // @ts-expect-error: no weighting of classes
  () => train(dataset, { classWeights: 'equal' }),
  // @ts-expect-error: no precision
  () => train(dataset, { precision: 'float16' }),
  // @ts-expect-error: no mode
  () => train(dataset, { batchNormalization: 'off' }),
  // @ts-expect-error: no setting
  () => train(dataset, { epoch: 3 }),
  // @ts-expect-error: a number
  () => train(dataset, { epochs: '3' }),
  // @ts-expect-error: no optimizer
  () => fit(model, data, { optimizer: 'adamx' }),
  // @ts-expect-error: an option of another optimizer
  () => fit(model, data, { optimizer: { name: 'sgd', beta1: 0.9 } }),
  // @ts-expect-error: no schedule
  () => fit(model, data, { schedule: { name: 'up' } }),
  // @ts-expect-error: no loss
  () => fit(model, data, { loss: 'hinge' }),
  // @ts-expect-error: nothing that is measured
  () => fit(model, data, { earlyStopping: { monitor: 'f1' } }),
  // @ts-expect-error: no backbone
  () => loadBackbone('lenet'),
  // @ts-expect-error: no backbone
  () => compareBackbones(dataset, ['lenet']),
  // @ts-expect-error: no backbone
  () => recommendBackbone({ pictures: 100, names: ['lenet'] }),
  // @ts-expect-error: no backbone
  () => predict({ backbone: 'lenet' }, ['photo.jpg']),
  // @ts-expect-error: no variant
  () => study({ data: 'emoji', axes: { variant: ['hybird'] } }),
  // @ts-expect-error: a number
  () => study({ data: 'emoji', axes: { dropout: ['half'] } }),
  // @ts-expect-error: no schedule
  () => study({ data: 'emoji', axes: { recipe: [{ name: 'slow', schedule: 'cosinus' }] } }),
  // @ts-expect-error: no augmentation
  () => study({ data: 'emoji', settings: { augment: 'strnog' } }),
  // @ts-expect-error: no design
  () => study({ data: 'emoji', design: 'latin' }),
  // @ts-expect-error: no pruning
  () => study({ data: 'emoji', budget: { pruning: 'best' } }),
];

/** A name that comes from elsewhere is text until it was looked up; what was looked up needs no assertion. */
export const lookedUp = (text: string): [BackboneName, Variant, AugmentationName, number] => [
  models.backboneEntry(text).name,
  training.parseSetting('example', 'variant', text),
  training.parseSetting('example', 'augment', text),
  training.parseSetting('example', 'epochs', text),
];

/** Options can be declared by their types. */
export const options: TrainOptions = { backbone: 'vgg16' };
export const settings: Partial<TrainSettings> = options;
export const axes: studies.Axes = { augment: ['none', 'light'] };
