/**
 * More about training: settings, optimizers, losses, schedules.
 *
 * @module
 */

export type { EvaluateModelOptions, FindLearningRateOptions, FitOptions, FitResult, TrainOptions } from '../training';
export {
  backboneOf,
  type ClippingOptions,
  defaultSettings,
  type EarlyStoppingOptions,
  type Evaluation,
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
  scheduleNames,
  softmax,
  stagesOf,
  type TrainSettings,
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
} from '../training/optimizers';
