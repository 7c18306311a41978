import { tf } from '../tensorflow';

/** Labelled inputs in memory. */
export interface ArrayData {
  /** row-major, [examples, ...shape] */
  values: Float32Array;
  /** shape of one example */
  shape: readonly number[];
  /** class index of each example */
  labels: Int32Array;
}

/** What one step of training looks at. Whoever receives it disposes of both tensors. */
export interface Batch {
  /** [batch, ...shape], preprocessed as the model expects it */
  x: tf.Tensor;
  /** class indices, int32 [batch]; or targets that sum to 1, float32 [batch, classes], where classes are mixed */
  y: tf.Tensor;
}

/** Labelled inputs that are made batch by batch: decoded, augmented, or read from disk. */
export interface BatchSource {
  /** number of examples */
  readonly size: number;
  /** shape of one example's x */
  readonly shape: readonly number[];
  /** class index of each example */
  readonly labels: Int32Array;
  /**
   * How many versions of each example there are. 1, the default: it is always the same. k: epoch e sees version e mod k.
   * Infinity: a new one in every epoch, so that nothing computed from it can be kept.
   */
  readonly views?: number;
  /** The examples of these rows, in this order, as `view` of them. May be asked for the next batch before the last is done. */
  batch(rows: readonly number[], view: number): Batch | Promise<Batch>;
  /**
   * Names all that an example's x depends on (content, preprocessing, view), the same in every process. With it, what a
   * frozen network makes of x is kept on disk; without, only in memory.
   */
  key?(row: number, view: number): string;
}

export type Data = ArrayData | BatchSource;

/** The same view of both kinds of data. */
export function toSource(data: Data): BatchSource {
  if ('batch' in data) return data;
  const { shape, labels } = data;
  return { size: labels.length, shape, labels, batch: (rows) => rowsOf(data, rows) };
}

/** The chosen examples of arrays: x [batch, ...shape], y [batch]. */
function rowsOf({ values, shape, labels }: ArrayData, rows: readonly number[]): Batch {
  const size = elements(shape);
  const chosen = new Float32Array(rows.length * size); // a new one each time: TensorFlow may keep using it
  rows.forEach((row, i) => chosen.set(values.subarray(row * size, (row + 1) * size), i * size));
  return { x: tf.tensor(chosen, [rows.length, ...shape]), y: labelsOf(labels, rows) };
}

/** The labels of some rows as int32 [batch]. */
export function labelsOf(labels: Int32Array, rows: readonly number[]): tf.Tensor1D {
  return tf.tensor1d(
    rows.map((row) => labels[row]!),
    'int32',
  );
}

/** Number of values in one example. */
export const elements = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);
