/**
 * Fine-tune a pre-trained convolutional network on a small image dataset: choose it, freeze its lower layers, augment the pictures,
 * train, monitor, and compare variants over seeds.
 *
 * The functions of the course are imported by name, all others through their namespace, such as `metrics`.
 *
 * @example
 * ```ts
 * import { imageFolder, metrics, train } from 'tunebook';
 *
 * const { confusion } = await train(imageFolder('photos'), { epochs: 5 });
 * metrics.classReport(confusion).rows; // precision, recall and F1 of each class
 * ```
 *
 * @module
 */

// The names are in the order of the course. Each namespace is a file in src/api.

import './core/packages'; // before whatever imports a package

// 0 pictures
export { openDataset } from './data/public';
export {
  fewShot,
  imageFolder,
  imageTable,
  sampleExamples,
  selectClasses,
  splitDataset,
  thumbnail,
  withSplit,
} from './data';
export type { Dataset, Split } from './data';
export { checkDataset } from './data/checks';
export { checkLabels } from './analysis/labels';
export * as data from './api/data';

// 1 choose the pre-trained model
export { backbones, defaultBackbone, loadBackbone } from './models';
export type { Backbone, BackboneData, BackboneName, BackboneSource } from './models';
export { compareBackbones, recommendBackbone } from './analysis/advise';
export { domainSimilarity } from './features';
export * as models from './api/models';

// 2 freeze the lower layers, train the top
export { attachHead, buildDenseHead, buildHead, freeze, layerTable, unfreeze } from './layers';
export { extractFeatures, Pictures, selectRows } from './features';
export type { Features } from './features';
export * as layers from './api/layers';
export * as features from './api/features';

// 3 augment
export { augmentation } from './augment';
export type { Augmentation, AugmentationName } from './augment';
export { previewAugmentation } from './analysis/explain';
export * as augment from './api/augment';

// 4 regularize, and 5 adjust the learning rate
export { evaluate, evaluateModel, findLearningRate, fit } from './training';
export { learningRateGroups } from './layers';
export * as training from './api/training';

// 6 monitor
export { diagnose } from './analysis/diagnose';
export { explainPictures } from './analysis/explain';
export * as metrics from './api/metrics';
export * as charts from './api/charts';
export * as explain from './api/explain';

// 7 compare transfer variants
export { train, variants } from './training';
export type { TrainOptions, TrainResult, TrainSettings, Variant } from './training';

// or all of it by itself, in a given time
export { auto } from './auto';
export type { AutoOptions, AutoResult } from './auto';

// 8 save a run, use it, share it
export { openRun, predict, readRun, saveRun } from './runs';
export { exportRun } from './runs/export';
export { reportHtml, reportText } from './report';
export * as runs from './api/runs';

// 9 studies
export { study } from './study';
export type { StudyResult } from './study';
export { watchStudy } from './notebook';
export * as studies from './api/studies';

// the exercises of the course
export { check } from './course';
export type { ChapterValues, CheckedAnswer, CheckedRun, ComparedRun } from './course';

// in a notebook, and everywhere
export { liveDisplay, progressBar, show, watch } from './notebook';
export * as display from './api/display';
export * as widgets from './api/widgets';
export type { Listener } from './core/listener';
export { UserError } from './core/errors';
export { deviceReport } from './tensorflow';
/** TensorFlow.js, as the other functions use it: loaded at the first use, with this project's repairs. */
export { tf } from './tensorflow';
