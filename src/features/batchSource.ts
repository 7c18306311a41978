import { elements } from '../core/elements';
import { tf } from '../tensorflow';

/** Labelled inputs in memory. */
export interface ArrayData {
  /** Inputs of all examples, row-major: `[examples, ...shape]`. */
  values: Float32Array;
  /** Shape of one example, without the batch. */
  shape: readonly number[];
  /** Class index of each example. */
  labels: Int32Array;
}

/** The inputs and targets of one training step. Whoever receives it must dispose both tensors. */
export interface Batch {
  /** Inputs `[batch, ...shape]`, preprocessed for the model. */
  x: tf.Tensor;
  /**
   * Class indices, int32 `[batch]`; or, when augmentation mixes labels, probabilities, float32 `[batch, classes]`.
   */
  y: tf.Tensor;
}

/** Labelled inputs that are produced batch by batch: decoded, augmented, or read from disk. */
export interface BatchSource {
  /** Number of examples. */
  readonly size: number;
  /** Shape of the input of one example, without the batch. */
  readonly shape: readonly number[];
  /** Class index of each example. */
  readonly labels: Int32Array;
  /** Group of each example, undefined for one without a group; intervals of accuracies allow for groups. Default: no groups */
  readonly groups?: readonly (string | undefined)[];
  /**
   * Number of views of each example: 1 when it is always the same, k when epoch e sees view e mod k, Infinity when
   * every epoch sees a new one, so that nothing computed from it can be cached. Default: 1
   */
  readonly views?: number;
  /**
   * Produce a batch: the examples with the indices `rows`, in this order, in their view number `view`. It may be
   * called for the next batch before the previous one is ready.
   */
  batch(rows: readonly number[], view: number): Batch | Promise<Batch>;
  /**
   * A text that names everything the input of an example depends on (content, preprocessing, view), equal in every
   * process. With it the outputs of frozen layers are cached on disk; without it in memory only.
   */
  key?(row: number, view: number): string;
}

/** Labelled inputs to train or evaluate on: arrays in memory, or a source of batches. */
export type Data = ArrayData | BatchSource;

/** Both kinds of data as a source of batches. */
export function toSource(data: Data): BatchSource {
  if ('batch' in data) return data;
  const { shape, labels } = data;
  return { size: labels.length, shape, labels, batch: (rows) => rowsOf(data, rows) };
}

/** A batch of the given examples: x [batch, ...shape], y [batch]. */
function rowsOf({ values, shape, labels }: ArrayData, rows: readonly number[]): Batch {
  const size = elements(shape);
  const chosen = new Float32Array(rows.length * size); // not reused: TensorFlow may still read it
  rows.forEach((row, i) => chosen.set(values.subarray(row * size, (row + 1) * size), i * size));
  return { x: tf.tensor(chosen, [rows.length, ...shape]), y: labelsOf(labels, rows) };
}

/** The labels of the given examples as int32 [batch]. */
export function labelsOf(labels: Int32Array, rows: readonly number[]): tf.Tensor1D {
  return tf.tensor1d(
    rows.map((row) => labels[row]!),
    'int32',
  );
}
