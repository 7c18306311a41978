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
  type Executor,
  exportTable,
  leaderboardText,
  loadStudy,
  processPool,
  type RunRecord,
  type StudyConfiguration,
  type StudyListener,
  type StudyRow,
  type StudyState,
  transferVariants,
  writeMlflow,
} from '../study';
export { type QueueWorkerOptions, queueExecutor, queueWorker } from '../study/queue';
export * from '../study/statistics';
