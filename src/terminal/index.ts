export type { ProgressBar } from './progressBar';
export { terminalStudyListener } from './studyListener';
export { terminalListener } from './terminal';
