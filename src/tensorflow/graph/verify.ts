import { tf } from './backend';
import type { RecordedCall } from './recorder';
import { Refusal } from './recording';

/** How much larger than the function's own sensitivity a difference may be. */
const FACTOR = 10;

/**
 * Run a graph and compare what it gives, and what it writes into variables, with a recorded call of the function.
 *
 * Both compute in float32, in different orders. Where the function itself answers to a change in the last digits of its
 * inputs by more than the tolerance (gradients of a deep network that was never trained), a difference of that order is
 * no error: only then is it called again.
 *
 * @param again calls the function, from the same variables, on inputs changed in their last digits
 * @returns the largest difference, relative to the largest number of its tensor
 * @throws {Refusal} if the graph gives something else
 */
export function verify(
  run: () => readonly tf.Tensor[],
  call: RecordedCall,
  { tolerance, again }: { tolerance: number; again: () => readonly tf.Tensor[] },
): number {
  const differences = differencesOf(run, call);
  const largest = Math.max(0, ...differences);
  if (largest <= tolerance) return largest;
  const own = differencesOf(again, call);
  const wrong = differences.findIndex((difference, i) => !(difference <= Math.max(tolerance, FACTOR * own[i]!)));
  if (wrong < 0) return largest;
  const { updates } = call.recording;
  const written = updates[wrong - call.outputs.length]?.variable.name;
  const what = written === undefined ? `output ${wrong}` : `the variable ${written}`;
  throw new Refusal(`its graph gives something else for ${what} (off by ${differences[wrong]!.toExponential(1)})`);
}

/** A tensor changed in its last digits: by up to a millionth of each number. */
export function nudged(tensor: tf.Tensor): tf.Tensor {
  if (tensor.dtype !== 'float32') return tensor;
  return tensor.mul(tf.randomUniform(tensor.shape, 1 - 1e-6, 1 + 1e-6, 'float32', 1));
}

/** By output, then by variable. */
function differencesOf(run: () => readonly tf.Tensor[], call: RecordedCall): number[] {
  return tf.tidy(() => {
    const outputs = run();
    return [
      ...call.outputs.map((expected, i) => largestDifference(outputs[i]!, expected)),
      ...call.recording.updates.map(({ variable }, i) => largestDifference(variable, call.updated[i]!)),
    ] as never;
  }) as number[];
}

/**
 * The largest difference between two tensors, relative to the largest absolute number of the expected one (or to 1e-6 if
 * that is smaller); Infinity if their shapes or types differ, or one has a NaN where the other has none.
 */
function largestDifference(actual: tf.Tensor, expected: tf.Tensor): number {
  if (actual.shape.join() !== expected.shape.join() || actual.dtype !== expected.dtype) return Infinity;
  const [a, b] = [actual.dataSync(), expected.dataSync()];
  let difference = 0;
  let scale = 1e-6;
  for (let i = 0; i < b.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (Object.is(x, y)) continue;
    const distance = Math.abs(x - y);
    difference = Math.max(difference, Number.isNaN(distance) ? Infinity : distance);
  }
  if (difference === 0) return 0;
  for (const value of b) if (Number.isFinite(value)) scale = Math.max(scale, Math.abs(value));
  return difference / scale;
}
