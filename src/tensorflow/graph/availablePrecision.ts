import { readFileSync } from 'node:fs';
import { UserError } from '../../core/errors';
import { usedGpu } from '../gpu';
import { nodeBackend, tf } from './backend';
import { buildGraph, type CompiledGraph } from './compiledGraph';
import { KeptMeasurement } from './keptMeasurement';
import { AMPERE, type Precision, precisions } from './precision';

/** Processors that multiply bfloat16 say so among their flags: Intel since Cooper Lake, AMD since Zen 4, Arm since v8.6. */
const FLAGS = /\b(avx512_bf16|amx_bf16|bf16)\b/;

/** The part of float32's time that bfloat16 may take: gains below that are lost in conversions. */
const FASTER = 0.9;
/** Counted runs in each precision. */
const RUNS = 5;
/** Increased when it is measured in another way, so that older measurements are not used. */
const VERSION = 1;

/** Milliseconds of the same convolutions. */
type Measured = Record<Precision, number>;

let known: Measured | 'none' | undefined;

/**
 * Whether the device that TensorFlow uses multiplies bfloat16 faster than float32. A GPU does since Ampere. A processor needs instructions
 * for it, which alone do not suffice: those of AVX-512 on a Xeon (Sapphire Rapids without AMX) took 1.6 times as long as float32. So
 * convolutions are measured in both, once on each machine; the cache keeps it.
 */
export function isBfloat16Faster(): boolean {
  if (nodeBackend().isUsingGpuDevice) return (usedGpu()?.capability ?? 0) >= AMPERE;
  const measured = measuredHere();
  return measured !== 'none' && measured.bfloat16 < FASTER * measured.float32;
}

/**
 * The precision that was asked for, where the device gains by it: elsewhere bfloat16 would only be less exact.
 *
 * @param onFallback told if it is float32 instead
 * @throws {UserError} on an unknown one
 */
export function availablePrecision(asked: Precision, onFallback: (message: string) => void): Precision {
  if (!precisions.includes(asked)) {
    throw new UserError(`unknown precision '${String(asked)}'; the precisions are ${precisions.join(', ')}`);
  }
  if (asked === 'float32' || isBfloat16Faster()) return asked;
  const [device, measured] = nodeBackend().isUsingGpuDevice
    ? (['GPU', 'none'] as const)
    : (['processor', measuredHere()] as const);
  onFallback(
    measured === 'none'
      ? `this ${device} has no instructions for bfloat16: computing in float32`
      : `this ${device} is not faster in bfloat16 (convolutions took ${measured.bfloat16.toPrecision(2)} ms, in float32 ${measured.float32.toPrecision(2)} ms): computing in float32`,
  );
  return 'float32';
}

function measuredHere(): Measured | 'none' {
  if (known === undefined) {
    try {
      const kept = new KeptMeasurement<Measured>('bfloat16-', [VERSION], (read) =>
        precisions.every((precision) => read[precision] > 0),
      );
      known = FLAGS.test(readFileSync('/proc/cpuinfo', 'utf8')) ? (kept.read() ?? kept.keep(measure())) : 'none';
    } catch {
      known = 'none'; // no Linux, or TensorFlow cannot compute it
    }
  }
  return known;
}

/** A chain of convolutions as in the middle of ResNet-50: the shortest of some runs in each precision, in turn. */
function measure(): Measured {
  const kernels = Array.from({ length: 4 }, (_, i) =>
    tf.variable(tf.randomNormal([3, 3, 128, 128], 0, 0.04, 'float32', i)),
  );
  const chain = (x: tf.Tensor) => [
    tf.tidy(() =>
      kernels.reduce((y: tf.Tensor, kernel) => tf.conv2d(y as tf.Tensor4D, kernel as tf.Tensor4D, 1, 'same').relu(), x),
    ),
  ];
  const pictures = tf.randomNormal([8, 28, 28, 128], 0, 1, 'float32', 9);
  const graphs = new Map<Precision, CompiledGraph>();
  try {
    const times: Measured = { float32: Infinity, bfloat16: Infinity };
    for (const precision of precisions)
      graphs.set(
        precision,
        buildGraph(chain, [pictures], {
          ...{ batched: new Set(), frozen: new Set(kernels), foldBatchNormalization: false, keepVariables: false },
          ...{ tolerance: 1e-3, precision },
        }),
      );
    for (let run = -1; run < RUNS; run++)
      for (const [precision, { session }] of graphs) {
        const began = performance.now();
        tf.tidy(() => session.run([pictures])[0]!.dataSync());
        if (run >= 0) times[precision] = Math.min(times[precision], performance.now() - began);
      }
    return times;
  } finally {
    for (const { session } of graphs.values()) session.dispose();
    tf.dispose([pictures, ...kernels]);
  }
}
