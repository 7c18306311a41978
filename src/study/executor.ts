import { type ExecuteOptions, executeRun } from './execute';
import type { RunTask } from './plan';
import type { RunRecord } from './runRecord';

/** Where a run is written, and what it goes by. */
export interface RunOrder extends ExecuteOptions {
  task: RunTask;
  /** an empty folder */
  folder: string;
}

/** Makes runs: here, in processes of its own, or on other machines. */
export interface Executor {
  /** runs that it accepts at a time; may change */
  readonly slots: number;
  /** how many it makes at the moment, where `slots` only says how many it accepts */
  readonly parallel?: number;
  /** @returns undefined if it was stopped before the end */
  run(order: RunOrder): Promise<RunRecord | undefined>;
  /** the run is safe in the study's folder: what was kept of it elsewhere may go */
  saved?(task: RunTask): Promise<void>;
  close(): Promise<void>;
}

/** Makes one run after the other in this process. */
export const here: Executor = {
  slots: 1,
  run: ({ task, folder, ...options }) => executeRun(task, folder, options),
  close: async () => {},
};
