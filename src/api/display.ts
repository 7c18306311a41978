/**
 * How a value shows itself in a notebook, and what listens to training and studies there and on a terminal.
 *
 * @module
 */

export type { EndingListener, EpochRecord, Progress } from '../core/listener';
export { stopRequested, withStop } from '../core/stop';
export {
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
