import { arquero } from '../core/arquero';
import type { ColumnTable } from '../core/columnTable';
import { csv } from '../core/escape/csv';
import type { RunRecord } from './runRecord';
import { withAxes } from './table';

/** A run as a flat row: its axes, then its numbers. */
function flatRun({ axes, pictures, curve, interval, hash, ...run }: RunRecord) {
  return withAxes(axes, {
    seed: run.seed,
    state: run.state,
    accuracy: run.accuracy,
    'accuracy low': interval?.low ?? null,
    'accuracy high': interval?.high ?? null,
    'most frequent class': run.mostFrequent,
    loss: run.loss,
    'macro F1': run.macroF1,
    'area under ROC': run.auc,
    'best accuracy': curve.length > 0 ? Math.max(...curve) : null,
    epochs: run.epochs,
    seconds: run.seconds,
    'trained parameters': run.trainedParameters,
    memory: run.memory,
    'training pictures': pictures?.train ?? null,
    'validation pictures': pictures?.validation ?? null,
    error: run.error,
    run: run.id,
    hash,
    started: run.started,
    ended: run.ended,
    host: run.host,
  });
}

/** An arquero table with a row for each run. */
export function runsTable(records: readonly RunRecord[]): ColumnTable {
  return arquero.from(records.map(flatRun));
}

export function runsCsv(records: readonly RunRecord[]): string {
  if (records.length === 0) return '';
  const flat = records.map(flatRun);
  return csv([Object.keys(flat[0]!), ...flat.map((row) => Object.values(row) as (string | number | null)[])]);
}
