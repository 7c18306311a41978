import { arquero } from '../core/arquero';
import type { ColumnTable } from '../core/columnTable';
import type { RunRecord } from './runRecord';
import { runsTable } from './runsTable';
import { flatRow, type StudyRow, studyTable, type TablePlan } from './table';

export interface StudyResult {
  folder: string;
  /** a row a configuration, the baseline first */
  rows: StudyRow[];
  /** the same as an arquero table */
  table: ColumnTable;
  /** what each run came to */
  records: RunRecord[];
  /** the same as an arquero table */
  runs: ColumnTable;
  /** planned runs that are not made: the study was stopped or its budget is spent; none of those that pruning saved */
  left: number;
  failed: number;
}

/**
 * The planned runs that have ended, in the plan's order and with its axes: a run may have been made before an axis was
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
  plan: TablePlan,
  records: ReadonlyMap<string, RunRecord>,
  left: number,
): StudyResult {
  const rows = studyTable(plan, records);
  const ended = endedRuns(plan, records);
  return {
    folder,
    rows,
    table: arquero.from(rows.map(flatRow)),
    records: ended,
    runs: runsTable(ended),
    left,
    failed: ended.filter(({ state }) => state === 'failed').length,
  };
}
