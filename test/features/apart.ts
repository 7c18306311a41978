const largest = (numbers: Float32Array) => numbers.reduce((most, number) => Math.max(most, Math.abs(number)), 0);
/** The largest difference, relative to the largest number of the second. */
export const apart = (a: Float32Array, b: Float32Array) => largest(a.map((number, i) => number - b[i]!)) / largest(b);
