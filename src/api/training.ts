/**
 * More about training: settings, optimizers, losses, schedules.
 *
 * @module
 */

export type { Precision } from '../tensorflow/graph';
export type { EvaluateModelOptions, FindLearningRateOptions, FitOptions, FitResult, TrainOptions } from '../training';
export {
  backboneOf,
  type ClippingOptions,
  defaultSettings,
  type EarlyStoppingOptions,
  type Evaluation,
  type FitCacheOptions,
  heads,
  type LearningRateGroup,
  type LossName,
  type LossOptions,
  lossNames,
  type PlateauOptions,
  type Prediction,
  type Schedule,
  type ScheduleName,
  type ScheduleOptions,
  type Stage,
  type StageSettings,
  type StepPosition,
  scheduleNames,
  softmax,
  stagesOf,
  type TrainSettings,
  type TrainSurroundings,
  toProbabilities,
  trainSettings,
} from '../training';
export {
  Adagrad,
  type AdagradOptions,
  Adam,
  type AdamOptions,
  AdamW,
  type AdamWOptions,
  Optimizer,
  type OptimizerName,
  type OptimizerOptions,
  optimizerNames,
  RmsProp,
  type RmsPropOptions,
  Sgd,
  type SgdOptions,
  type Update,
} from '../training/optimizers';
