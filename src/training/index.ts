export { backboneOf } from './backboneOf';
export type { ClippingOptions } from './clipping';
export type { EarlyStoppingOptions } from './earlyStopping';
export { type EvaluateModelOptions, type Evaluation, evaluate, evaluateModel } from './evaluate';
export { type FindLearningRateOptions, findLearningRate } from './findLearningRate';
export { type FitResult, fit } from './fit';
export { type LossName, type LossOptions, lossNames } from './losses';
export { type Prediction, softmax, toPredictions, toProbabilities } from './predictions';
export {
  type PlateauOptions,
  type Schedule,
  type ScheduleName,
  type ScheduleOptions,
  type StepPosition,
  scheduleNames,
} from './schedules';
export type { FitCacheOptions, FitOptions, LearningRateGroup } from './settings';
export { type Stage, type StageSettings, stagesOf } from './stages';
export { type TrainResult, train } from './train';
export {
  defaultSettings,
  heads,
  type TrainOptions,
  type TrainSettings,
  type TrainSurroundings,
  trainSettings,
  type Variant,
  variants,
  weightSources,
} from './trainSettings';
