/**
 * Studies and automatic searches in detail: comparing axes and their importance, paired statistics over seeds, tables for other programs
 * (Parquet, Arrow, CSV, MLflow), and executing runs in several processes or on several machines. `study` is at the root.
 *
 * @module
 */

export type { AutoListener, AutoRecord } from '../auto';
export type { StudyOptions } from '../study';
export {
  type Axes,
  type AxisImportance,
  type AxisRange,
  type AxisValue,
  type Budget,
  type CompareByOptions,
  compareBy,
  type Design,
  designs,
  type ExecuteOptions,
  type Executor,
  exportTable,
  type Importance,
  type ImportanceOptions,
  importance,
  importanceText,
  type Label,
  leaderboardText,
  loadStudy,
  type NamedSettings,
  type Pruning,
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
