import { byMeasure, type Monitor } from '../metrics/measures';
import type { Label } from './axisValue';

/** The result of one run of a study, as in its run.json. Its keys are the columns of a study's table of runs. */
export interface RunRecord {
  /** name of the run folder */
  id: string;
  /** SHA-256 of everything that determines the result: settings, seed, pictures */
  hash: string;
  /** the value of each axis */
  axes: Record<string, Label>;
  /** of the split and the training */
  seed: number;
  /** `pruned`: stopped or paused early because others were better; such a run counts in no comparison */
  state: 'done' | 'failed' | 'pruned';
  /** why it failed, in one line; null if it did not */
  error: string | null;
  /** of the final model on the validation pictures, from 0 to 1; null if it failed */
  accuracy: number | null;
  /** 95% interval of the accuracy, which knows groups; null if it failed, or in records of early versions */
  interval: { low: number; high: number } | null;
  /** accuracy of always predicting the most frequent class of the validation pictures; null as for `interval` */
  mostFrequent: number | null;
  /** mean cross-entropy on the validation pictures; null if it failed */
  loss: number | null;
  /** mean F1 score of the classes on the validation pictures, from 0 to 1; null as for `interval` */
  macroF1: number | null;
  /** mean area under the ROC curves of the classes; null as for `interval`, and where the validation pictures are of one class */
  auc: number | null;
  /** number of epochs */
  epochs: number;
  /** numbers of training and validation pictures; null if it failed */
  pictures: { train: number; validation: number } | null;
  /** validation accuracy after each epoch, from 0 to 1 // [epochs] */
  curve: number[];
  /** other measures after each epoch // [epochs]; macro F1 and area only where the study goes by them, early versions wrote none */
  curves?: { loss?: number[]; macroF1?: number[]; auc?: number[] };
  /** number of parameters that were trained; null if it failed */
  trainedParameters: number | null;
  /** largest resident memory of the process in bytes; null if it failed */
  memory: number | null;
  /** wall-clock time; of a run that was interrupted, only the time since it was resumed */
  seconds: number;
  /** start, in ISO 8601 */
  started: string;
  /** end, in ISO 8601 */
  ended: string;
  /** name of the machine */
  host: string;
}

/** A measure after each epoch; empty where it was not recorded. */
export function curveOf({ curve, curves }: RunRecord, monitor: Monitor): readonly number[] {
  return monitor === 'accuracy' ? curve : (curves?.[monitor] ?? []);
}

/** The best that a run had in its first epochs; null where nothing was recorded. @param epochs Default: all */
export function bestOf(record: RunRecord, monitor: Monitor, epochs?: number): number | null {
  const known = curveOf(record, monitor).slice(0, epochs).filter(Number.isFinite);
  return known.sort((a, b) => byMeasure(monitor, a, b))[0] ?? null;
}
