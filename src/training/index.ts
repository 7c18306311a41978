export { Adam } from './adam';
export { type ArrayData, evaluate, type FitOptions, type FitResult, fit } from './fit';
export type { EpochRecord, Listener, Progress } from './listener';
export {
  defaultSettings,
  type Prediction,
  softmax,
  type TrainOptions,
  type TrainResult,
  type TrainSettings,
  train,
  type Variant,
  variants,
} from './train';
