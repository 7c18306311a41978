export { type EndingListener, notebookListener } from './listener';
export { type LiveDisplay, liveDisplay } from './live';
export { displayMetadata, displaySymbol, type MimeBundle, toMimeBundle } from './mime';
export { type ProgressBar, progressBar } from './progress';
export { show } from './show';
export { stopRequested, withStop } from './stop';
export { notebookStudyListener, terminalStudyListener, watchStudy } from './studyListener';
export { terminalListener } from './terminal';
export { watch } from './watch';
