import type { Listener } from '../core/listener';
import type { RunRecord } from './runRecord';
import type { StudyRow } from './table';

/** The progress of a study. */
export interface StudyState {
  /** full path of the study's folder */
  folder: string;
  /** number of runs that have ended */
  ended: number;
  /** number of planned runs; with pruning fewer may be executed */
  total: number;
  /** number of runs that failed */
  failed: number;
  /** ids of the runs that are being executed */
  running: string[];
  /** number of configurations, with those that the design tpe has still to choose */
  configurations: number;
  /** estimated time until the end; null until a run has ended */
  secondsLeft: number | null;
  /** the results so far, a row for each configuration */
  rows: StudyRow[];
  /** the run that has just ended, if one has */
  latest?: RunRecord;
}

/** Receives the progress of a study; see `Listener` for the rest. */
export interface StudyListener extends Listener {
  /** Called whenever a run starts or ends. */
  onStudy?(state: StudyState): void;
}
