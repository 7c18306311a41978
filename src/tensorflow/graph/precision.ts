import { usedGpu } from '../gpu';
import { nodeBackend } from './backend';

export const precisions = ['float32', 'bfloat16'] as const;
/** What a graph's convolutions and matrix products are computed in. */
export type Precision = (typeof precisions)[number];

/** GPUs multiply bfloat16, and float32 in TensorFloat-32, since this compute capability (Ampere). */
export const AMPERE = 8;

/** The largest difference, relative to the largest number of a tensor, that two orders of the same sums make in float32. */
const TOLERANCE = 1e-3;
/**
 * The same where factors are rounded to 10 bits before they are multiplied: on an H200, gradients of a small network differed by 4e-3
 * between a graph and its function, and their own graphs were refused.
 */
const TENSOR_FLOAT_TOLERANCE = 2e-2;

/**
 * Whether the device rounds the factors of products: GPUs since Ampere multiply float32 in TensorFloat-32 (8 bits of exponent,
 * 10 of mantissa; NVIDIA A100 whitepaper, 2020), unless NVIDIA_TF32_OVERRIDE=0 forbids it.
 *
 * @param capability compute capability of the GPU at work; null on a processor
 */
export function roundsFactors(
  capability: number | null = nodeBackend().isUsingGpuDevice ? (usedGpu()?.capability ?? AMPERE) : null,
  override = process.env.NVIDIA_TF32_OVERRIDE,
): boolean {
  return capability !== null && capability >= AMPERE && override !== '0';
}

/** How far a graph may be from its function in float32. */
export const float32Tolerance = (rounds = roundsFactors()): number => (rounds ? TENSOR_FLOAT_TOLERANCE : TOLERANCE);

/** By what part of itself a number has to change to be another one for the device: some units of its last digit. */
export const lastDigits = (rounds = roundsFactors()): number => (rounds ? 2 ** -11 : 1e-6);
