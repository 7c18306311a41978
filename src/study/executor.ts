import { type ExecuteOptions, executeRun } from './execute';
import type { RunTask } from './plan';
import type { RunRecord } from './runRecord';

/** A run to execute, and where to write it. */
export interface RunOrder extends ExecuteOptions {
  /** settings, seed and data of the run */
  task: RunTask;
  /** an empty folder to write the run into */
  folder: string;
}

/** Executes the runs of a study: in this process, in other processes, or on other machines. */
export interface Executor {
  /** number of runs that it accepts at a time; may change */
  readonly slots: number;
  /** number of runs that it executes at the moment, if fewer than `slots`. Default: `slots` */
  readonly parallel?: number;
  /** Execute a run. @returns its record, or undefined if it was stopped before the end */
  run(order: RunOrder): Promise<RunRecord | undefined>;
  /** Called when a run has been saved in the study's folder, so that copies elsewhere can be removed. */
  saved?(task: RunTask): Promise<void>;
  /** End processes and connections. */
  close(): Promise<void>;
}

/** Executes one run after the other in this process. */
export const inThisProcess: Executor = {
  slots: 1,
  run: ({ task, folder, ...options }) => executeRun(task, folder, options),
  close: async () => {},
};
