import { readFileSync } from 'node:fs';
import { UserError } from '../../core/errors';

export const precisions = ['float32', 'bfloat16'] as const;
/** What a graph's convolutions and matrix products are computed in. */
export type Precision = (typeof precisions)[number];

/** Processors that multiply bfloat16 say so among their flags: Intel since Cooper Lake, AMD since Zen 4, Arm since v8.6. */
const FLAGS = /\b(avx512_bf16|amx_bf16|bf16)\b/;

let known: boolean | undefined;

/** Whether this machine's processor has instructions for bfloat16. */
export function hasBfloat16(): boolean {
  if (known === undefined) {
    try {
      known = FLAGS.test(readFileSync('/proc/cpuinfo', 'utf8'));
    } catch {
      known = false; // no Linux
    }
  }
  return known;
}

/**
 * The precision that was asked for, where the processor has it: what it would only imitate would be slower than float32.
 *
 * @param onFallback told if it is float32 instead
 * @throws {UserError} on an unknown one
 */
export function availablePrecision(asked: Precision, onFallback: (message: string) => void): Precision {
  if (!precisions.includes(asked)) {
    throw new UserError(`unknown precision '${String(asked)}'; the precisions are ${precisions.join(', ')}`);
  }
  if (asked === 'float32' || hasBfloat16()) return asked;
  onFallback('this processor has no instructions for bfloat16: computing in float32');
  return 'float32';
}
