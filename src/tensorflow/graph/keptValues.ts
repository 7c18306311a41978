import { DataType, nodeBackend, type tf } from './backend';
import type { KeptVariable } from './graphDef';
import { fulfill, isPending, materialize, pendingTensor } from './pendingTensor';

/**
 * The values of variables that stay in a session between runs. Each `tf.Variable` behaves as always: a value that was assigned is
 * copied into the session before the next run; a value that a run wrote is copied out of the session when it is read.
 */
export class KeptValues {
  /** the data of each variable when its value and that of the session were last equal */
  private readonly known = new Map<tf.Variable, object>();
  /** kept, because a recording replaces the binding and must not record these copies */
  private readonly binding = nodeBackend().binding;

  constructor(
    private readonly session: number,
    private readonly kept: readonly KeptVariable[],
  ) {}

  /** Copy assigned values into the session, and values out of it that the run will overwrite while other tensors share them. */
  beforeRun(): void {
    const backend = nodeBackend();
    const changed = this.kept.filter(({ variable }) => this.known.get(variable) !== variable.dataId);
    for (const { variable, written } of this.kept) {
      const { dataId } = variable;
      if (written && isPending(dataId) && backend.refCount(dataId) > 1) materialize(dataId);
    }
    if (changed.length === 0) return;
    const feeds = changed.map(({ value }) => ({ name: `${value}:0` }));
    const fetches = changed.map(({ set }) => `${set}:0`);
    const variables = changed.map(({ variable }) => variable);
    for (const done of backend.runSavedModel(this.session, variables, feeds, fetches)) done.dispose();
    for (const variable of variables) this.known.set(variable, variable.dataId);
  }

  /** Give the variables that the run wrote the values that are now in the session. */
  afterRun(): void {
    for (const kept of this.kept) {
      if (!kept.written) continue;
      const { variable } = kept;
      const value = pendingTensor(variable.shape, DataType.float, () => this.fetch(kept));
      variable.assign(value);
      value.dispose();
      this.known.set(variable, variable.dataId);
    }
  }

  /** Copy out the values that are only in the session, before it is closed. */
  release(): void {
    for (const { variable } of this.kept) {
      const last = this.known.get(variable);
      if (last && isPending(last)) materialize(last);
    }
  }

  /**
   * Copy out a value, and with it those that are usually read with it: all weights, or the whole state of the optimizer. For each other set
   * of values TensorFlow prepares the graph again, which takes longer than the copies.
   *
   * @returns the id of the value
   */
  private fetch(asked: KeptVariable): number {
    const together = this.kept.filter(
      ({ variable, written }) => written && variable.trainable === asked.variable.trainable,
    );
    const names = together.map(({ read }) => `${read}:0`).join();
    const { binding } = this;
    const handles = binding.runSavedModel(this.session, [], '', names);
    let own: number | undefined;
    together.forEach(({ variable }, i) => {
      const { id } = handles[i]!;
      const data = this.known.get(variable)!;
      if (variable === asked.variable) own = id;
      else if (!fulfill(data, id)) binding.deleteTensor(id);
    });
    return own!;
  }
}
