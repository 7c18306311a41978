import { messageOf } from '../../core/errors';
import { tf } from './backend';
import type { CompiledGraph } from './compiledGraph';
import { availableEngines, type Engine, type EngineChoice, engineTitle } from './engine';
import { KeptMeasurement } from './keptMeasurement';
import { installedEngines, optionalEngines } from './optionalEngines';

/** Another engine has to take at most this part of TensorFlow's time: else the measurement decides by chance. */
const FASTER = 0.95;
/** Milliseconds of a measurement, and the fewest runs of each engine. */
const MEASURED = 1000;
const RUNS = 2;
/** Increased when the engines compute in another way, so that older measurements are not used. */
const VERSION = 4;

/** What was measured of a network on this machine, as the cache has it. */
interface Measured {
  engine: Engine;
  /** milliseconds of the fastest run of each engine */
  milliseconds?: Partial<Record<Engine, number>>;
  /** why no other engine than TensorFlow can compute it */
  reason?: string;
}

/** A network on a batch, as far as its speed depends on them. */
export interface Workload {
  weights: readonly tf.Variable[];
  /** shape of the input, with the batch */
  shape: readonly number[];
}

/** The engine that an earlier measurement has found to be the fastest one for this work, if there was one. */
export function measuredEngine(work: Workload): Engine | undefined {
  return keptOf(work).read()?.engine;
}

/**
 * Build a graph with the engine that was asked for; for 'auto' with each, of which the fastest one stays. What was measured is kept in the
 * cache. Where no other engine can compute the graph it is TensorFlow, and `onFallback` gets the reason.
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
  const wanted = engine === 'auto' ? installedEngines() : [engine];
  const graphs: CompiledGraph[] = [];
  let reason = '';
  try {
    for (const each of wanted) {
      try {
        graphs.push(build(each));
      } catch (error) {
        reason = messageOf(error);
      }
    }
    if (graphs.length === 0) {
      if (asked === 'auto') keptOf(work).keep({ engine: 'tensorflow', reason });
      onFallback(`${wanted.map(engineTitle).join(' and ')} cannot compute this network (${reason}): TensorFlow does`);
      return build('tensorflow');
    }
    if (engine !== 'auto') return graphs.pop()!;
    graphs.push(build('tensorflow'));
    const chosen = keptOf(work).keep(measure(graphs, inputs)).engine;
    const place = graphs.findIndex((graph) => graph.engine === chosen); // -1 for another process's, which failed here: the last one
    return graphs.splice(place, 1)[0]!;
  } finally {
    for (const { session } of graphs) session.dispose();
  }
}

/** Run the graphs in turn, after a first time that is not counted. The last one is TensorFlow's. */
function measure(graphs: readonly CompiledGraph[], inputs: readonly tf.Tensor[]): Measured {
  for (const graph of graphs) runOnce(graph, inputs);
  const began = performance.now();
  const shortest = graphs.map(() => Infinity);
  for (let run = 0; run < RUNS || performance.now() - began < MEASURED; run++) {
    graphs.forEach((graph, i) => {
      shortest[i] = Math.min(shortest[i]!, runOnce(graph, inputs));
    });
  }
  const fastest = shortest.indexOf(Math.min(...shortest));
  const worth = shortest[fastest]! < FASTER * shortest.at(-1)!;
  const milliseconds = Object.fromEntries(graphs.map(({ engine }, i) => [engine, shortest[i]]));
  return { engine: worth ? graphs[fastest]!.engine : 'tensorflow', milliseconds };
}

/** Run, and read the result as those who want features do. @returns milliseconds */
function runOnce({ session }: CompiledGraph, inputs: readonly tf.Tensor[]): number {
  const began = performance.now();
  tf.tidy(() => {
    for (const output of session.run(inputs)) output.dataSync();
  });
  return performance.now() - began;
}

function keptOf({ weights, shape }: Workload): KeptMeasurement<Measured> {
  const others = installedEngines().map((name) => `${name} ${optionalEngines[name].version()}`);
  const key = [VERSION, ...others, shape, weights.map((weight) => weight.shape)];
  return new KeptMeasurement('', key, ({ engine }) => availableEngines().includes(engine));
}
