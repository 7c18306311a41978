import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeBackend, type tf } from './backend';
import type { Graph } from './graphDef';
import { keepOrClose, keyOf, takeIdle } from './idleSessions';
import { KeptValues } from './keptValues';
import type { ProtobufMessage } from './protobuf';
import { Refusal } from './recording';
import { encodeSavedModel, LARGEST_GRAPH } from './savedModel';

const TAGS = 'serve';

/**
 * A graph in a TensorFlow session. The values of `tf.Variable`s are fed at each run, and their new values are fetched and assigned.
 * Variables that the graph keeps stay in the memory of the session instead; for their users nothing differs.
 */
export class GraphSession {
  private session: number | undefined;
  private readonly keptValues: KeptValues;
  private readonly inputs: { name: string }[];
  private readonly fetches: string[];
  /** under which the session is kept for the next graph like this one */
  private readonly key: string | undefined;

  /** @throws {Refusal} if TensorFlow does not accept the graph */
  constructor(private readonly graph: Graph) {
    // The binding names tensors 'name:output', separated by commas.
    const names = [...graph.inputs, ...graph.feeds.map(({ name }) => name)];
    this.inputs = names.map((name) => ({ name: `${name}:0` }));
    this.fetches = [...graph.outputs, ...graph.updates.map(({ name }) => name)].map((name) => `${name}:0`);
    const model = encodeSavedModel(graph.nodes, TAGS);
    this.key = keyOf(model, graph.kept);
    this.session = takeIdle(this.key) ?? load(model);
    this.keptValues = new KeptValues(this.session, graph.kept);
    // The nodes hold the weights, which TensorFlow has now, too: free them.
    graph.nodes = [];
  }

  /** Whether a variable that the graph needs has been disposed of. */
  get isStale(): boolean {
    const { feeds, updates, kept } = this.graph;
    return [...feeds, ...updates, ...kept].some(({ variable }) => variable.isDisposed);
  }

  /** Run the graph once: returns the outputs, and assigns the variables their new values. */
  run(inputs: readonly tf.Tensor[]): tf.Tensor[] {
    if (this.session === undefined) throw new Error('this graph has been disposed of');
    const { graph } = this;
    const tensors = [...inputs, ...graph.feeds.map(({ variable }) => variable)];
    this.keptValues.beforeRun();
    const results = nodeBackend().runSavedModel(this.session, tensors, this.inputs, this.fetches);
    this.keptValues.afterRun();
    const values = results.splice(graph.outputs.length);
    graph.updates.forEach(({ variable }, i) => {
      variable.assign(values[i]!);
      values[i]!.dispose();
    });
    return results;
  }

  dispose(): void {
    if (this.session === undefined) return;
    this.keptValues.release();
    keepOrClose(this.key, this.session);
    this.session = undefined;
  }
}

/** Write a graph to a file for TensorFlow to load, and delete the file at once: a loaded session does not need it. */
function load(model: ProtobufMessage): number {
  if (model.length > LARGEST_GRAPH) {
    throw new Refusal(`its constants take ${(model.length / 1e9).toFixed(1)} GB, and a graph holds 2.1 GB`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'tunebook-graph-'));
  try {
    const file = openSync(join(folder, 'saved_model.pb'), 'w');
    try {
      model.writeTo(file);
    } finally {
      closeSync(file);
    }
    return nodeBackend().loadSavedModelMetaGraph(folder, TAGS);
  } catch (error) {
    throw new Refusal(`TensorFlow does not load its graph: ${String(error)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
