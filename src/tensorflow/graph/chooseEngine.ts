import { existsSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { messageOf } from '../../core/errors';
import { sha256, writeFileAtomically } from '../../core/files';
import { cacheFolder } from '../../core/paths';
import { nodeBackend, tf } from './backend';
import type { CompiledGraph } from './compiledGraph';
import type { Engine, EngineChoice } from './engine';
import { onnxRuntimeVersion } from './onnx/onnxRuntime';

/** It has to take at most this part of TensorFlow's time: else the measurement decides by chance. */
const FASTER = 0.95;
/** Milliseconds of a measurement, and the fewest runs of each engine. */
const MEASURED = 1000;
const RUNS = 2;
/** Increased when the engines compute in another way, so that older measurements are not used. */
const VERSION = 1;

/** What was measured of a network on this machine, as the cache has it. */
interface Measured {
  engine: Engine;
  /** milliseconds of the fastest run of each */
  milliseconds?: Record<Engine, number>;
  /** why ONNX Runtime cannot compute it */
  reason?: string;
}

/** A network on a batch, as far as its speed depends on them. */
export interface Workload {
  weights: readonly tf.Variable[];
  /** shape of the input, with the batch */
  shape: readonly number[];
}

/** The engine that an earlier measurement has found to be the faster one for this work, if there was one. */
export function measuredEngine(work: Workload): Engine | undefined {
  return readMeasured(work)?.engine;
}

/**
 * Build a graph with the engine that was asked for; for 'auto' with both, of which the faster one stays. What was measured is kept in the
 * cache. Where ONNX Runtime cannot compute the graph it is TensorFlow, and `onFallback` gets the reason.
 *
 * @param build builds and checks the graph
 * @param inputs a batch to measure with
 */
export function buildWithEngine(
  asked: EngineChoice,
  build: (engine: Engine) => CompiledGraph,
  inputs: readonly tf.Tensor[],
  weights: readonly tf.Variable[],
  onFallback: (message: string) => void,
): CompiledGraph {
  const work = { weights, shape: inputs[0]!.shape };
  const engine = asked === 'auto' ? (measuredEngine(work) ?? 'auto') : asked;
  if (engine === 'tensorflow') return build(engine);
  let onnx: CompiledGraph;
  try {
    onnx = build('onnxruntime');
  } catch (error) {
    const reason = messageOf(error);
    if (asked === 'auto') keepMeasured(work, { engine: 'tensorflow', reason });
    onFallback(`ONNX Runtime cannot compute this network (${reason}): TensorFlow does`);
    return build('tensorflow');
  }
  if (engine === 'onnxruntime') return onnx;
  let graph: CompiledGraph;
  try {
    graph = build('tensorflow');
  } catch (error) {
    onnx.session.dispose();
    throw error;
  }
  const [a, b] = alternate(
    () => runOnce(onnx, inputs),
    () => runOnce(graph, inputs),
  );
  const milliseconds = { onnxruntime: a, tensorflow: b };
  const measured = keepMeasured(work, { engine: a < FASTER * b ? 'onnxruntime' : 'tensorflow', milliseconds });
  const [chosen, other] = measured.engine === 'onnxruntime' ? [onnx, graph] : [graph, onnx];
  other.session.dispose();
  return chosen;
}

/** Run, and read the result as those who want features do. @returns milliseconds */
function runOnce({ session }: CompiledGraph, inputs: readonly tf.Tensor[]): number {
  const began = performance.now();
  tf.tidy(() => {
    for (const output of session.run(inputs)) output.dataSync();
  });
  return performance.now() - began;
}

/** Do two things in turn, after a first time that is not counted. @returns the shortest time of each */
function alternate(first: () => number, second: () => number): [number, number] {
  first();
  second();
  const began = performance.now();
  const shortest: [number, number] = [Infinity, Infinity];
  for (let run = 0; run < RUNS || performance.now() - began < MEASURED; run++) {
    shortest[0] = Math.min(shortest[0], first());
    shortest[1] = Math.min(shortest[1], second());
  }
  return shortest;
}

function fileOf({ weights, shape }: Workload): string {
  const threads = process.env.TF_NUM_INTRAOP_THREADS ?? '';
  const machine = [cpus()[0]?.model, cpus().length, threads, nodeBackend().binding.TF_Version, onnxRuntimeVersion()];
  const key = JSON.stringify([VERSION, ...machine, shape, weights.map((weight) => weight.shape)]);
  return cacheFolder('engines', `${sha256(key).slice(0, 32)}.json`);
}

function readMeasured(work: Workload): Measured | undefined {
  const file = fileOf(work);
  if (!existsSync(file)) return undefined;
  try {
    const measured = JSON.parse(readFileSync(file, 'utf8')) as Measured;
    return measured.engine === 'onnxruntime' || measured.engine === 'tensorflow' ? measured : undefined;
  } catch {
    return undefined; // removed meanwhile, or damaged: measured again
  }
}

/** Keep a measurement, unless another process has kept one meanwhile: then that is the one that counts. */
function keepMeasured(work: Workload, measured: Measured): Measured {
  const known = readMeasured(work);
  if (known) return known;
  try {
    writeFileAtomically(fileOf(work), `${JSON.stringify(measured)}\n`);
  } catch {
    // a cache that cannot be written: it is measured again the next time
  }
  return measured;
}
