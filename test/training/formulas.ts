import assert from 'node:assert/strict';
import type { ArrayData } from '../../src/features';
import type { tf } from '../../src/tensorflow';

/** The numbers of the oracle scripts: sin(i * frequency). */
export function formula(size: number, frequency: number, map = (value: number) => value): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => map(Math.fround(Math.sin(i * frequency))));
}

export const labels = Int32Array.from({ length: 12 }, (_, i) => i % 3);
export const vectors: ArrayData = { values: formula(72, 1.9), shape: [6], labels };
export const planes: ArrayData = { values: formula(12 * 32, 0.37, (v) => 2 * v), shape: [4, 4, 2], labels };

/** All weights, layer by layer. */
export const weightsOf = (model: tf.LayersModel) =>
  model.layers.flatMap((layer) => layer.getWeights().map((weight) => Array.from(weight.dataSync())));

/** Checks that numbers are close, relative to the largest expected one. */
export function assertClose(actual: readonly number[], expected: readonly number[], tolerance: number, name: string) {
  assert.equal(actual.length, expected.length, name);
  const scale = Math.max(...expected.map(Math.abs), 1e-12);
  const error = Math.max(...expected.map((value, i) => Math.abs(value - actual[i]!))) / scale;
  assert.ok(error <= tolerance, `${name}: relative error ${error}`);
}
