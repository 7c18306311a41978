import { tf } from './backend';
import { lastDigits } from './precision';
import type { RecordedCall } from './recorder';
import { Refusal } from './recording';

/**
 * How far from each other rows of outputs may be in bfloat16, relative to their length: then the angle between them has a
 * cosine of 0.999 at least.
 */
const LOW_PRECISION_TOLERANCE = 0.04;

/** How much larger than the function's own sensitivity a difference may be. */
const FACTOR = 10;
/** How often that is measured at most, each time with other last digits. */
const MEASUREMENTS = 3;

interface Check {
  tolerance: number;
  again: (seed: number) => readonly tf.Tensor[];
}

/**
 * Run a graph and compare what it gives, and what it writes into variables, with a recorded call of the function.
 *
 * Both compute in float32, in different orders, and on a GPU perhaps with rounded factors. Where the function itself answers to
 * a change in the last digits of its inputs and variables by more than the tolerance (gradients of a deep network that was never trained), a
 * difference of that order is no error: only then is it called again, until its largest answer explains the difference.
 *
 * @param again calls the function, on inputs and variables whose last digits are changed at random by a seed; its tensors are kept
 * @returns the largest difference, relative to the largest number of its tensor
 * @throws {Refusal} if the graph gives something else
 */
export function verify(run: () => readonly tf.Tensor[], call: RecordedCall, { tolerance, again }: Check): number {
  const differences = differencesOf(run, call, largestDifference);
  const largest = Math.max(0, ...differences);
  if (largest <= tolerance) return largest;
  let own = differences.map(() => 0);
  let wrong = 0;
  for (let measurement = 1; measurement <= MEASUREMENTS; measurement++) {
    const measured = differencesOf(() => again(measurement), call, largestDifference);
    own = own.map((before, i) => Math.max(before, measured[i]!));
    wrong = differences.findIndex((difference, i) => !(difference <= Math.max(tolerance, FACTOR * own[i]!)));
    if (wrong < 0) return largest;
  }
  throw refusal(call, wrong, differences[wrong]!);
}

/**
 * Compare what a forward pass gives in bfloat16 with its results in float32. Single numbers differ by a hundredth, so each row (example) is
 * compared as a vector. All rows of a batch are, as some pictures suffer more from rounding than others.
 *
 * @returns the largest length of a difference, relative to the row's
 * @throws {Refusal} if a row differs too much
 */
export function verifyLowRows(actual: readonly tf.Tensor[], expected: readonly tf.Tensor[]): number {
  const differences = expected.map((exact, i) => largestRowDifference(actual[i]!, exact));
  tf.dispose([...actual, ...expected]);
  const largest = Math.max(0, ...differences);
  if (!(largest <= LOW_PRECISION_TOLERANCE))
    throw new Refusal(
      `rows of its results in bfloat16 are off by ${largest.toExponential(1)} of their length, and at most ${LOW_PRECISION_TOLERANCE} is accepted`,
    );
  return largest;
}

/**
 * Compare a run of a training step in bfloat16 with a recorded call of its function: its first output, the loss, as {@link verifyLowRows}
 * does. Its other outputs, such as the number of right answers, and what it writes only have to be finite numbers: gradients near 0 change
 * their sign.
 *
 * @throws {Refusal} if the graph gives something else
 */
export function verifyLowStep(run: () => readonly tf.Tensor[], call: RecordedCall): number {
  const differences = differencesOf(run, call, (actual, expected) =>
    expected === call.outputs[0] ? largestRowDifference(actual, expected) : notFinite(actual, expected),
  );
  const wrong = differences.findIndex((difference) => !(difference <= LOW_PRECISION_TOLERANCE));
  if (wrong >= 0) throw refusal(call, wrong, differences[wrong]!);
  return Math.max(0, ...differences);
}

/** 0 if a tensor has the shape and type that is expected, and no infinite number where a finite one is expected; else Infinity. */
function notFinite(actual: tf.Tensor, expected: tf.Tensor): number {
  if (!isLike(actual, expected)) return Infinity;
  const [a, b] = [actual.dataSync(), expected.dataSync()];
  return b.some((value, i) => Number.isFinite(value) && !Number.isFinite(a[i])) ? Infinity : 0;
}

const isLike = (actual: tf.Tensor, expected: tf.Tensor) =>
  actual.shape.join() === expected.shape.join() && actual.dtype === expected.dtype;

function refusal(call: RecordedCall, wrong: number, difference: number): Refusal {
  const { updates } = call.recording;
  const written = updates[wrong - call.outputs.length]?.variable.name;
  const what = written === undefined ? `output ${wrong}` : `the variable ${written}`;
  return new Refusal(`its graph gives something else for ${what} (off by ${difference.toExponential(1)})`);
}

/** A tensor changed in the last digits that the device keeps, at random by a seed. */
export function nudged<T extends tf.Tensor>(tensor: T, seed: number): T {
  if (tensor.dtype !== 'float32') return tensor;
  const part = lastDigits();
  return tensor.mul(tf.randomUniform(tensor.shape, 1 - part, 1 + part, 'float32', seed));
}

/** By output, then by variable. */
function differencesOf(
  run: () => readonly tf.Tensor[],
  call: RecordedCall,
  compare: (actual: tf.Tensor, expected: tf.Tensor) => number,
): number[] {
  return tf.tidy(() => {
    const outputs = run();
    const differences = [
      ...call.outputs.map((expected, i) => compare(outputs[i]!, expected)),
      ...call.recording.updates.map(({ variable }, i) => compare(variable, call.updated[i]!)),
    ];
    tf.dispose([...outputs]); // some are kept
    return differences as never;
  }) as number[];
}

/**
 * The largest difference between two tensors, relative to the largest absolute number of the expected one (or to 1e-6 if
 * that is smaller); Infinity if their shapes or types differ, or one has a NaN where the other has none.
 */
function largestDifference(actual: tf.Tensor, expected: tf.Tensor): number {
  if (!isLike(actual, expected)) return Infinity;
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

/** The largest length of the difference between two rows (along the first dimension), relative to the expected row's. */
function largestRowDifference(actual: tf.Tensor, expected: tf.Tensor): number {
  if (!isLike(actual, expected)) return Infinity;
  const [a, b] = [actual.dataSync(), expected.dataSync()];
  const rows = expected.shape[0] ?? 1;
  const length = b.length / rows;
  let largest = 0;
  for (let row = 0; row < rows; row++) {
    let [apart, own] = [0, 0];
    for (let i = row * length; i < (row + 1) * length; i++) {
      apart += (a[i]! - b[i]!) ** 2;
      own += b[i]! ** 2;
    }
    const difference = apart === 0 ? 0 : Math.sqrt(apart / own);
    largest = Math.max(largest, Number.isNaN(difference) ? Infinity : difference);
  }
  return largest;
}
