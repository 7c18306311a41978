import { availableParallelism } from 'node:os';
import { UserError } from '../../core/errors';
import { isClone, setupCommand } from '../../core/paths';
import type { tf } from './backend';
import type { OnnxGraph } from './onnx/onnxModel';

/** A graph that an engine has loaded. */
export interface Session {
  /** whether a variable that the graph needs has been disposed of */
  readonly isStale: boolean;
  run(inputs: readonly tf.Tensor[]): tf.Tensor[];
  dispose(): void;
}

/** What can compute a forward pass in place of TensorFlow, once the set-up has installed it into the cache. */
export interface OptionalEngine {
  /** its name for people */
  readonly title: string;
  /** the version that the set-up installs */
  version(): string;
  isInstalled(): boolean;
  /**
   * Load a graph.
   *
   * @throws {UserError} if it is not installed
   * @throws {Refusal} if it does not accept the graph
   */
  load(graph: OnnxGraph): Session;
}

/**
 * @param name of the engine, and of the step of the set-up that installs it
 * @throws {UserError} that says how to install an engine, if it is not there
 */
export function requireInstalled(name: string, engine: OptionalEngine): void {
  if (engine.isInstalled()) return;
  const command = `${setupCommand}${isClone ? ' --' : ''} --only ${name}`;
  throw new UserError(
    `engine '${name}' needs ${engine.title}, which is not installed: run \`${command}\`, or take engine 'auto' or 'tensorflow'`,
  );
}

/** As many threads as TensorFlow computes with: a study gives each of its processes some. */
export const engineThreads = () => Number(process.env.TF_NUM_INTRAOP_THREADS) || availableParallelism();
