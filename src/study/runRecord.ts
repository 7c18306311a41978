import type { Label } from './axes';

/** How a run came out, as run.json in its folder says it. Every key of it stands in each row of a study's runs. */
export interface RunRecord {
  id: string;
  hash: string;
  axes: Record<string, Label>;
  seed: number;
  /** pruned: ended early as hopeless; its numbers are those of its last epoch and count in no comparison */
  state: 'done' | 'failed' | 'pruned';
  /** why it failed, in one line */
  error: string | null;
  /** of the final model on the validation pictures, a fraction of 1 */
  accuracy: number | null;
  loss: number | null;
  epochs: number;
  /** pictures that were trained and validated on */
  pictures: { train: number; validation: number } | null;
  /** validation accuracy after each epoch */
  curve: number[];
  /** numbers that training changes */
  trainedParameters: number | null;
  /** largest resident memory of the process, in bytes */
  memory: number | null;
  /** wall-clock seconds of the run; after a break, of its last part */
  seconds: number;
  /** ISO 8601 */
  started: string;
  ended: string;
  host: string;
}
