export { type FilePrediction, type Predictor, predict } from './predict';
export { checkRunFolder, loadRun, type RunConfiguration, saveRun } from './runFolder';
