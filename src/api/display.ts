/**
 * Showing values in notebooks, and listeners that show training and studies in a notebook or on a terminal. `show`, `watch`,
 * `watchStudy`, `liveDisplay` and `progressBar` are at the root.
 *
 * @module
 */

export type { EndingListener, EpochRecord, Progress } from '../core/listener';
export { stopRequested, withStop } from '../core/stop';
export {
  clearOutput,
  displayMetadata,
  displaySymbol,
  type LiveDisplay,
  type MimeBundle,
  notebookListener,
  notebookStudyListener,
  toMimeBundle,
} from '../notebook';
export type { DeviceReport } from '../tensorflow';
export {
  type EndingStudyListener,
  type Output,
  type ProgressBar,
  terminalListener,
  terminalStudyListener,
} from '../terminal';
