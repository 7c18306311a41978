export { type FilePrediction, type Predictor, predict } from './predict';
export { type KeptRun, readRun } from './readRun';
export { checkRunFolder, loadRun, type RunConfiguration, saveRun } from './runFolder';
export { type RunNetworks, runNetworks } from './runNetworks';
export { eventFiles } from './tensorBoard';
