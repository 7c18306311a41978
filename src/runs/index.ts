export { type FilePrediction, type Predictor, predict } from './predict';
export type { RunConfiguration } from './readConfiguration';
export { type KeptRun, readRun } from './readRun';
export { checkRunFolder, loadRun, saveRun } from './runFolder';
export { type RunNetworks, runNetworks } from './runNetworks';
export { eventFiles } from './tensorBoard';
