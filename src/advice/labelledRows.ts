/** Features with their labels: what the cheap ways to judge a backbone work on. */
export interface LabelledRows {
  /** [rows, length], row-major */
  values: Float32Array;
  length: number;
  /** class indices; [rows] */
  labels: Int32Array;
  /** number of classes */
  classes: number;
}

/** The rows of some indices, in their order. */
export function takeRows({ values, length, labels, classes }: LabelledRows, rows: readonly number[]): LabelledRows {
  const taken = new Float32Array(rows.length * length);
  rows.forEach((row, i) => taken.set(values.subarray(row * length, (row + 1) * length), i * length));
  return { values: taken, length, labels: Int32Array.from(rows, (row) => labels[row]!), classes };
}
