export { type Axes, type Design, designs } from './axes';
export type { AxisValue, Label, NamedSettings } from './axisValue';
export type { Budget, Pruning } from './budget';
export { type CompareByOptions, compareBy } from './compare';
export type { StudyConfiguration } from './configuration';
export type { ExecuteOptions } from './execute';
export type { Executor, RunOrder } from './executor';
export { checkExport, exportTable } from './exportTable';
export {
  type AxisImportance,
  type Importance,
  type ImportanceOptions,
  importance,
  importanceCells,
  importanceText,
  importanceWords,
} from './importance';
export { leaderboardText, verdictExplanations } from './leaderboard';
export { isStudy, loadStudy } from './loadStudy';
export { writeMlflow } from './mlflow';
export type { RunTask } from './plan';
export { processPool } from './processPool';
export type { AxisRange } from './range';
export type { StudyResult } from './result';
export type { RunRecord } from './runRecord';
export { type StudyOptions, study } from './study';
export type { StudyListener, StudyState } from './studyState';
export { flatRow, jsonRow, type StudyRow } from './table';
