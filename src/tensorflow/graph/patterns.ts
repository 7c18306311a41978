import type { RecordedOp, Source } from './recording';
import { constantOf } from './rewrite';

/*
 * Functions that a recording has as several operations, and that what computes it has as one, in one pass over the numbers.
 */

/** The operation behind a source, if it is of one of these types. */
function made(source: Source | undefined, ...types: string[]): RecordedOp | undefined {
  return source?.kind === 'op' && types.includes(source.op.type) ? source.op : undefined;
}

const isSame = (a: Source | undefined, b: Source | undefined) =>
  a?.kind === 'op' && b?.kind === 'op' && a.op === b.op && a.output === b.output;

/** The only number of a constant. */
function numberOf(source: Source | undefined): number | undefined {
  const numbers = constantOf(source);
  return numbers?.length === 1 ? numbers[0] : undefined;
}

/** The mean over the last axis, whose dimension is kept: what it is the mean of. */
function meanOver(source: Source | undefined): Source | undefined {
  const mean = made(source, 'Mean');
  const input = mean?.inputs[0];
  if (input?.kind !== 'op') return undefined;
  const [before, after] = [input.op.outputs[input.output]!.shape, mean!.outputs[0]!.shape];
  const last = before.length - 1;
  const isOverLast = after.length === before.length && before.every((size, i) => after[i] === (i < last ? size : 1));
  return isOverLast && before[last] !== 1 ? input : undefined;
}

/**
 * What a layer normalization over the last axis is made of (Ba et al. 2016), as gradients/layerNormalization.ts computes it:
 * (x - mean) * rsqrt(variance + epsilon) * scale + offset.
 *
 * @param op an addition
 * @returns undefined if it is not the last step of one, or its numbers are no constants
 */
export function layerNormalizationIn(
  op: RecordedOp,
): { x: Source; scale: Float32Array; offset: Float32Array; epsilon: number } | undefined {
  const [scaled, shift] = op.inputs;
  const [normalized, factor] = made(scaled, 'Mul')?.inputs ?? [];
  const [centred, inverse] = made(normalized, 'Mul')?.inputs ?? [];
  const [x, mean] = made(centred, 'Sub')?.inputs ?? [];
  const [variance, addend] = made(made(inverse, 'Rsqrt')?.inputs[0], 'Add', 'AddV2')?.inputs ?? [];
  const squared = made(meanOver(variance), 'Square')?.inputs[0];
  const [scale, offset, epsilon] = [constantOf(factor), constantOf(shift), numberOf(addend)];
  if (!x || !scale || !offset || epsilon === undefined) return undefined;
  const channels = op.outputs[0]!.shape.at(-1);
  if (!isSame(meanOver(mean), x) || !isSame(squared, centred)) return undefined;
  return scale.length === channels && offset.length === channels ? { x, scale, offset, epsilon } : undefined;
}

/**
 * The x of x * ((erf(x * sqrt(1/2)) + 1) * 0.5), the Gaussian error linear unit (Hendrycks and Gimpel 2016), as gradients/gelu.ts
 * computes it.
 *
 * @param op a multiplication
 * @returns undefined if it is not the last step of one
 */
export function inputOfGelu(op: RecordedOp): Source | undefined {
  if (op.type !== 'Mul') return undefined;
  const [x, probability] = op.inputs;
  const [sum, factor] = made(probability, 'Mul')?.inputs ?? [];
  const [error, added] = made(sum, 'Add', 'AddV2')?.inputs ?? [];
  const [argument, root] = made(made(error, 'Erf')?.inputs[0], 'Mul')?.inputs ?? [];
  const isHalf = numberOf(added) === 1 && numberOf(factor) === 0.5;
  const isRoot = Math.abs((numberOf(root) ?? 0) - Math.SQRT1_2) < 1e-6;
  return isHalf && isRoot && isSame(argument, x) ? x : undefined;
}
