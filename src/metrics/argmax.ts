/** The index of the largest value, the first of equal ones; -1 if a value is NaN. */
export function argmax(values: readonly number[] | Float32Array | Float64Array): number {
  return (values as readonly number[]).indexOf(Math.max(...values));
}
