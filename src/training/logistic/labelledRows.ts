/** Features with their labels. */
export interface LabelledRows {
  /** [rows, length], row-major */
  values: Float32Array;
  length: number;
  /** class indices; [rows] */
  labels: Int32Array;
  /** number of classes */
  classes: number;
}
