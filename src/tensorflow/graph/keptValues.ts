import { DataType, nodeBackend, type tf } from './backend';
import type { KeptVariable } from './graphDef';
import { isPending, pendingTensor, settle } from './pendingTensor';

/**
 * The values of the variables that stay in a session. From outside each `tf.Variable` holds its value as always: one that
 * was assigned is taken over before the next run; one that a run wrote is copied out of the session when somebody looks.
 */
export class KeptValues {
  /** the data that a variable had when the session's value was the same */
  private readonly known = new Map<tf.Variable, object>();
  /** a recording puts another one in its place, and must not see what is copied here */
  private readonly binding = nodeBackend().binding;

  constructor(
    private readonly session: number,
    private readonly kept: readonly KeptVariable[],
  ) {}

  /** Take over what was assigned meanwhile; copy out what a run will write over and somebody else still holds. */
  beforeRun(): void {
    const backend = nodeBackend();
    const changed = this.kept.filter(({ variable }) => this.known.get(variable) !== variable.dataId);
    for (const { variable, written } of this.kept) {
      const { dataId } = variable;
      if (written && isPending(dataId) && backend.refCount(dataId) > 1) settle(dataId);
    }
    if (changed.length === 0) return;
    const feeds = changed.map(({ value }) => ({ name: `${value}:0` }));
    const fetches = changed.map(({ set }) => `${set}:0`);
    const variables = changed.map(({ variable }) => variable);
    for (const done of backend.runSavedModel(this.session, variables, feeds, fetches)) done.dispose();
    for (const variable of variables) this.known.set(variable, variable.dataId);
  }

  /** Let the variables that the run wrote hold what is now in the session. */
  afterRun(): void {
    for (const { variable, read, written } of this.kept) {
      if (!written) continue;
      const value = pendingTensor(variable.shape, DataType.float, () => this.fetch(read));
      variable.assign(value);
      value.dispose();
      this.known.set(variable, variable.dataId);
    }
  }

  /** Copy out what is only in the session, before it ends. */
  release(): void {
    for (const { variable } of this.kept) {
      const last = this.known.get(variable);
      if (last && isPending(last)) settle(last);
    }
  }

  private fetch(read: string): number {
    return this.binding.runSavedModel(this.session, [], '', `${read}:0`)[0]!.id;
  }
}
