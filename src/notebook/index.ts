export { clearOutput } from './clearOutput';
export { notebookListener } from './listener';
export { type LiveDisplay, liveDisplay } from './live';
export { displayMetadata, displaySymbol, type MimeBundle, toMimeBundle } from './mime';
export { progressBar } from './progress';
export { show } from './show';
export { notebookStudyListener, watchStudy } from './studyListener';
export { watch } from './watch';
