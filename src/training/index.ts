export { backboneOf } from './backboneOf';
export type { ClippingOptions } from './clipping';
export {
  type CrossValidateOptions,
  type CrossValidation,
  crossValidate,
  type FoldResult,
} from './crossValidate';
export type { EarlyStoppingOptions } from './earlyStopping';
export { type EvaluateModelOptions, type Evaluation, evaluate, evaluateModel } from './evaluate';
export { findHeadRate } from './findHeadRate';
export { type FindLearningRateOptions, findLearningRate } from './findLearningRate';
export { fit } from './fit';
export type { FitResult } from './fitResult';
export type { FitCacheOptions, FitOptions, LearningRateGroup } from './fitSettings';
export { describeInterpolation, type Interpolation } from './interpolation';
export { type CrossEntropyOptions, type FocalLossOptions, type LossName, type LossOptions, lossNames } from './losses';
export { type ExamplePrediction, predictExamples } from './predictExamples';
export { type Prediction, softmax, summarizePredictions, toPredictions, toProbabilities } from './predictions';
export { describeRecipe, type RecipeLine, recipeLines } from './recipes';
export {
  type ConstantSchedule,
  type CosineSchedule,
  type ExponentialSchedule,
  type OneCycleSchedule,
  type PlateauOptions,
  type PlateauSchedule,
  type Schedule,
  type ScheduleName,
  type ScheduleOptions,
  type StepPosition,
  type StepSchedule,
  scheduleNames,
} from './schedules';
export { checkSetting, parseSetting, type SettingName, settingNames } from './settings/check';
export {
  type BatchNormalizationMode,
  batchNormalizationModes,
  type ClassWeighting,
  classWeightings,
  type HeadName,
  heads,
  type InterpolationName,
  interpolations,
  type MixingName,
  type Monitor,
  mixings,
  monitors,
  type RecipeName,
  recipeNames,
  type WeightSource,
  weightSources,
} from './settings/choices';
export { describeSetting, flagOf, valuesOf } from './settings/describe';
export { settingsPage } from './settings/page';
export type { Chapter, ChoiceSetting, NumberSetting, Setting, SettingDescription } from './settings/setting';
export { settingText } from './settings/settingText';
export { settingsTable } from './settings/table';
export type { TrainSettings } from './settings/types';
export { type Stage, type StageSettings, stagesOf } from './stages';
export { type TestResult, testResultOf } from './testPart';
export { recordTestUse, type TestUse, testUseWarning } from './testUses';
export { type TrainResult, train } from './train';
export {
  completeSettings,
  defaultSettings,
  type TrainOptions,
  type TrainSurroundings,
  trainSettings,
} from './trainSettings';
export {
  type ImpliedSettings,
  type Variant,
  type VariantEntry,
  variantEntry,
  variantNames,
  variants,
} from './variants';
