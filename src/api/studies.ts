/**
 * More about studies: comparing, statistics, tables for other programs, runs on several processes or machines.
 *
 * @module
 */

export type { StudyOptions } from '../study';
export {
  type Axes,
  type AxisValue,
  type Budget,
  type CompareByOptions,
  compareBy,
  type Design,
  designs,
  type ExecuteOptions,
  type Executor,
  exportTable,
  type Label,
  leaderboardText,
  loadStudy,
  type NamedSettings,
  processPool,
  type RunOrder,
  type RunRecord,
  type RunTask,
  type StudyConfiguration,
  type StudyListener,
  type StudyRow,
  type StudyState,
  writeMlflow,
} from '../study';
export { type QueueWorkerOptions, queueExecutor, queueWorker } from '../study/queue';
export * from '../study/statistics';
