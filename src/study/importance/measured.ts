import type { Label } from '../axisValue';
import type { StudyResult } from '../result';
import { bestOf, type RunRecord } from '../runRecord';

/** A configuration with results. */
export interface Measured {
  axes: Record<string, Label>;
  /** what the study goes by, for each seed that has it */
  bySeed: Map<number, number>;
}

/**
 * The results of each configuration that has any. If runs were pruned, complete runs alone would be those of good configurations only:
 * then all of them are measured by their best up to the epoch that all have reached.
 *
 * @returns `epochs`: that epoch; undefined if nothing was pruned
 */
export function measuredConfigurations({ records, monitor }: Pick<StudyResult, 'records' | 'monitor'>): {
  all: Measured[];
  epochs: number | undefined;
} {
  const ended = records.filter(({ state }) => state !== 'failed');
  const isPruned = ended.some(({ state }) => state === 'pruned');
  const epochs = isPruned ? ended.reduce((fewest, record) => Math.min(fewest, record.epochs), Infinity) : undefined;
  const scoreOf = (record: RunRecord) => (epochs === undefined ? record[monitor] : bestOf(record, monitor, epochs));
  const byAxes = new Map<string, Measured>();
  for (const record of ended) {
    const score = scoreOf(record);
    if (score === null || !Number.isFinite(score)) continue;
    const key = JSON.stringify(record.axes);
    const measured = byAxes.get(key) ?? { axes: record.axes, bySeed: new Map() };
    byAxes.set(key, measured);
    measured.bySeed.set(record.seed, score);
  }
  return { all: [...byAxes.values()], epochs };
}
