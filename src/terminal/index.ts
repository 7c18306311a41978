export type { ProgressBar } from './progressBar';
export { type EndingStudyListener, terminalStudyListener } from './studyListener';
export { terminalListener } from './terminal';
export type { Output } from './terminalLine';
