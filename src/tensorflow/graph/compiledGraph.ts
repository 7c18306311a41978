import { messageOf } from '../../core/errors';
import { absorbPadding } from './absorbPadding';
import { fuseAdamSteps } from './adamStep';
import { nodeBackend, tf, unaliased } from './backend';
import { generalize, type SizedRecording } from './batch';
import { releasePlan } from './earlyReleases';
import { ENGINE_TOLERANCE, type Engine, isOptional } from './engine';
import { foldBatchNormalization } from './foldBatchNormalization';
import { fuseGelu } from './fuseGelu';
import { type Graph, toGraph } from './graphDef';
import { lowerPrecision } from './lowerPrecision';
import { toOnnx } from './onnx/onnxGraph';
import type { Session } from './optionalEngine';
import { type OptionalEngineName, optionalEngines } from './optionalEngines';
import type { Precision } from './precision';
import { type RecordedCall, record } from './recorder';
import { neededOps, type Recording, Refusal } from './recording';
import { foldConstants, freezeVariables, recognizeBiases, removeIdentities } from './rewrite';
import { GraphSession } from './session';
import { splitGroupedConvolutions } from './splitGroups';
import { withVariablesRestored } from './variables';
import { nudged, verify, verifyLowRows, verifyLowStep } from './verify';

/**
 * Batch sizes that a function is recorded at for any batch size: two to see what depends on it, and a third to confirm, at which the graph
 * is checked, too. That is the smallest one and the only one with numbers, for which the others tell when each is used last. They are not
 * evenly spaced in the order of the calls, so that a number which counts calls is not taken for one that depends on the size.
 */
const SIZES = [3, 4, 2];

export interface BuildOptions {
  /** inputs whose first dimension is the batch; empty: one graph for exactly these shapes */
  batched: ReadonlySet<number>;
  /** variables whose values become constants */
  frozen: ReadonlySet<tf.Variable>;
  foldBatchNormalization: boolean;
  precision: Precision;
  /** whether variables stay in the session from run to run */
  keepVariables: boolean;
  /** largest difference to the eager results, relative to the largest number of a tensor */
  tolerance: number;
  /** what computes the graph; default 'tensorflow' */
  engine?: Engine;
  /** sees TensorFlow's graph before it is loaded and checked */
  onGraph?: (graph: Graph) => void;
}

/** A graph that was checked against the function it was recorded from. */
export interface CompiledGraph {
  session: Session;
  engine: Engine;
  /** operations that were recorded */
  ops: number;
  /** nodes of the graph, with constants */
  nodes: number;
  folded: number;
  /** largest difference to the eager results, relative to the largest number of a tensor */
  difference: number;
  /** what it is computed in; float32 where results in bfloat16 would differ too much */
  precision: Precision;
  /** why it is not the precision that was asked for */
  refused?: string;
}

/**
 * Record a function, write its graph, load it and compare a run of it with the function itself: results and variables.
 * All variables have their old values afterwards.
 *
 * @throws {Refusal} if the function cannot become a graph, or the graph gives something else
 */
export function buildGraph(
  fn: (...inputs: tf.Tensor[]) => readonly tf.Tensor[],
  example: readonly tf.Tensor[],
  options: BuildOptions,
): CompiledGraph {
  return withVariablesRestored((restore) => {
    const sizes = options.batched.size > 0 ? SIZES : [0, 0];
    const inputSets = sizes.map((size) => example.map((input, i) => sized(input, options.batched.has(i) ? size : 0)));
    let kept: RecordedCall | undefined;
    try {
      const structures = inputSets.slice(0, -1).map((others) => structureOf(fn, others, restore));
      const releases = releasePlan(structures.at(-1)!);
      // what the graph has to repeat, at a size that it is not made from
      const inputs = inputSets.at(-1)!;
      const call = record(fn, inputs, { releases });
      kept = call;
      restore();
      const recordings = [...structures, call.recording].map(
        (recording, i): SizedRecording => ({ batch: sizes[i]!, recording }),
      );
      generalize(recordings as [SizedRecording, SizedRecording]);
      const { recording } = recordings[0]!;
      const ops = recording.ops.length;
      const folded = simplify(recording, options);
      const { engine = 'tensorflow' } = options;
      const load = (precision: Precision, difference: (session: Session) => number): CompiledGraph => {
        const { session, nodes } = isOptional(engine) ? inEngine(engine, recording) : inTensorflow(recording, options);
        try {
          return { session, engine, ops, nodes, folded, precision, difference: difference(session) };
        } catch (error) {
          session.dispose();
          throw error;
        }
      };
      const exact = load('float32', (session) =>
        verify(() => session.run(inputs), call, {
          tolerance: isOptional(engine) ? ENGINE_TOLERANCE : options.tolerance,
          again: (seed) => {
            restore();
            // what is rounded in each layer, not only in the first one
            for (const { variable } of call.recording.updates) tf.tidy(() => variable.assign(nudged(variable, seed)));
            const { outputs, updated } = record(
              fn,
              inputs.map((input) => nudged(input, seed)),
              { releases },
            );
            tf.dispose(updated);
            return outputs;
          },
        }),
      );
      if (options.precision === 'float32') return exact;
      restore();
      lowerPrecision(recording);
      try {
        const low = load('bfloat16', (session) =>
          recording.updates.length > 0
            ? verifyLowStep(() => session.run(inputs), call)
            : verifyLowRows(session.run(example), exact.session.run(example)),
        );
        exact.session.dispose();
        return low;
      } catch (error) {
        return { ...exact, refused: messageOf(error) }; // too far from it, or TensorFlow cannot compute it
      }
    } finally {
      tf.dispose(inputSets);
      if (kept) disposeResults(kept);
    }
  });
}

const disposeResults = ({ outputs, updated }: RecordedCall): void => tf.dispose([...outputs, ...updated]);

/**
 * A recording without numbers; with them where the function cannot go on without, as with an index that it computes, or variables that it
 * makes.
 */
function structureOf(
  fn: (...inputs: tf.Tensor[]) => readonly tf.Tensor[],
  inputs: readonly tf.Tensor[],
  restore: () => void,
): Recording {
  let call: RecordedCall;
  try {
    call = record(fn, inputs, { structure: true });
  } catch (error) {
    if (error instanceof Refusal) throw error;
    restore();
    call = recordTwiceIfNew(fn, inputs, restore);
  }
  disposeResults(call);
  restore();
  return call.recording;
}

function inTensorflow(recording: Recording, options: BuildOptions): { session: Session; nodes: number } {
  const graph = toGraph(recording, options, nodeBackend());
  const nodes = graph.nodes.length;
  options.onGraph?.(graph);
  return { session: new GraphSession(graph), nodes };
}

function inEngine(engine: OptionalEngineName, recording: Recording): { session: Session; nodes: number } {
  const graph = toOnnx(recording);
  return { session: optionalEngines[engine].load(graph), nodes: graph.nodes.length + graph.constants.length };
}

/** An optimizer makes its slots in its first step: that recording is thrown away, and the next one finds them there. */
function recordTwiceIfNew(
  fn: (...inputs: tf.Tensor[]) => readonly tf.Tensor[],
  inputs: readonly tf.Tensor[],
  restore: () => void,
): RecordedCall {
  const before = Object.keys(tf.engine().registeredVariables).length;
  try {
    return record(fn, inputs);
  } catch (error) {
    if (!(error instanceof Refusal) || Object.keys(tf.engine().registeredVariables).length === before) throw error;
    restore();
    return record(fn, inputs);
  }
}

/** The input with its own data, its rows repeated or cut to `size` if that is not 0. */
function sized(input: tf.Tensor, size: number): tf.Tensor {
  if (size === 0) return unaliased(input);
  const rows = Array.from({ length: size }, (_, row) => row % input.shape[0]!);
  return tf.tidy(() => input.gather(tf.tensor1d(rows, 'int32')));
}

function simplify(recording: Recording, options: BuildOptions): number {
  const written = recording.updates.find(({ variable }) => options.frozen.has(variable));
  if (written) throw new Refusal(`it writes the frozen variable ${written.variable.name}`);
  freezeVariables(recording, options.frozen);
  removeIdentities(recording);
  foldConstants(recording);
  recording.ops = neededOps(recording);
  absorbPadding(recording);
  recognizeBiases(recording);
  const folded = options.foldBatchNormalization ? foldBatchNormalization(recording) : 0;
  if (!isOptional(options.engine ?? 'tensorflow')) {
    splitGroupedConvolutions(recording);
    fuseGelu(recording);
    fuseAdamSteps(recording);
  }
  return folded;
}
