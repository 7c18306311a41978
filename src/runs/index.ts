export {
  type EvaluatedSlice,
  type EvaluateRunOptions,
  evaluateRun,
  evaluationParts,
  type RunEvaluation,
} from './evaluateRun';
export { type OpenRun, openRun } from './openRun';
export {
  type FilePrediction,
  openBackbone,
  type PictureModel,
  type Predictions,
  type PredictOptions,
} from './pictureModel';
export { type Predictor, predict } from './predict';
export type { RunConfiguration } from './readConfiguration';
export type { TestMetrics } from './readMetrics';
export { readRun, type SavedRun } from './readRun';
export { checkRunFolder, saveRun } from './runFolder';
export { eventFiles } from './tensorBoard';
