import { arquero } from '../core/arquero';
import type { ColumnTable } from '../core/columnTable';
import type { Monitor } from '../metrics/measures';
import type { Axes } from './axes';
import type { RunRecord } from './runRecord';
import { runsTable } from './runsTable';
import { flatRow, type StudyRow, studyTable, type TablePlan } from './table';

/** The results of a study. */
export interface StudyResult {
  /** full path of the study's folder */
  folder: string;
  /** the measure that configurations are ranked and compared by */
  monitor: Monitor;
  /** what varied, as in the configuration */
  axes: Axes;
  /** one for each configuration, the baseline first */
  rows: StudyRow[];
  /** the rows as an arquero table */
  table: ColumnTable;
  /** one for each run that has ended */
  records: RunRecord[];
  /** the records as an arquero table */
  runs: ColumnTable;
  /** planned runs that have not been executed because the study was stopped or its budget is used up; pruned ones do not count */
  left: number;
  /** runs that failed */
  failed: number;
}

/**
 * The planned runs that have ended, in the order and with the axes of the plan: a run may have been executed before an axis was
 * added.
 */
export function endedRuns({ tasks }: TablePlan, records: ReadonlyMap<string, RunRecord>): RunRecord[] {
  const seen = new Set<string>();
  return tasks.flatMap(({ hash, axes }) => {
    const record = records.get(hash);
    if (!record || seen.has(hash)) return [];
    seen.add(hash);
    return [{ ...record, axes }];
  });
}

/** Put a study's runs into tables. */
export function resultOf(
  folder: string,
  plan: TablePlan & { axes: Axes },
  records: ReadonlyMap<string, RunRecord>,
  left: number,
): StudyResult {
  const rows = studyTable(plan, records);
  const ended = endedRuns(plan, records);
  return {
    folder,
    monitor: plan.monitor,
    axes: plan.axes,
    rows,
    table: arquero.from(rows.map(flatRow)),
    records: ended,
    runs: runsTable(ended),
    left,
    failed: ended.filter(({ state }) => state === 'failed').length,
  };
}
