import type { Label } from './axes';

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
  /** `pruned`: stopped early because its accuracy was low; such a run counts in no comparison */
  state: 'done' | 'failed' | 'pruned';
  /** why it failed, in one line; null if it did not */
  error: string | null;
  /** of the final model on the validation pictures, from 0 to 1; null if it failed */
  accuracy: number | null;
  /** mean cross-entropy on the validation pictures; null if it failed */
  loss: number | null;
  /** number of epochs */
  epochs: number;
  /** numbers of training and validation pictures; null if it failed */
  pictures: { train: number; validation: number } | null;
  /** validation accuracy after each epoch, from 0 to 1 // [epochs] */
  curve: number[];
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
