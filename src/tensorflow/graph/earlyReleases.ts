import { type Binding, changedBinding, type TensorHandle } from './backend';
import { isLarge, type Recording, Refusal } from './recording';

/** When the large results of a function are used last, by the order of its operations. */
export interface ReleasePlan {
  types: readonly string[];
  /** the results that nothing uses after an operation, by its index */
  due: readonly (readonly { index: number; output: number }[])[];
}

/**
 * Frees each large result of a function right after its last use, which an earlier recording of it tells: tfjs keeps all results of a
 * training step until its end, several times the memory that a graph of it needs.
 */
export class EarlyReleases {
  /** the results so far, by the index of their operation */
  private readonly ids: number[][] = [];
  /** freed here, but not yet by tfjs */
  private readonly freed = new Set<number>();

  constructor(
    private readonly binding: Binding,
    private readonly plan: ReleasePlan,
  ) {}

  /** @throws {Refusal} if one of an operation's inputs was freed: the function does something else than in its recording */
  use(type: string, inputs: readonly number[]): void {
    if (inputs.some((id) => this.freed.has(id))) this.refuse(type);
  }

  /** Takes the results of an operation, and frees what was used last by it. */
  add(type: string, results: readonly TensorHandle[]): void {
    const at = this.ids.length;
    if (this.plan.types[at] !== type) this.refuse(type);
    this.ids.push(results.map(({ id }) => id));
    for (const { index, output } of this.plan.due[at]!) {
      const id = this.ids[index]![output]!;
      this.binding.deleteTensor(id);
      this.freed.add(id);
    }
  }

  /** Frees a tensor for tfjs, if that was not done before. */
  readonly deleteTensor = (id: number): void => {
    if (!this.freed.delete(id)) this.binding.deleteTensor(id);
  };

  /** The binding for what comes after the call, in which tfjs may still dispose of tensors that the function kept. */
  bindingAfterwards(): Binding {
    return this.freed.size === 0 ? this.binding : changedBinding(this.binding, { deleteTensor: this.deleteTensor });
  }

  private refuse(type: string): never {
    throw new Refusal(`operation ${this.ids.length} (${type}) differs from call to call`);
  }
}

/** @param recording of the function, perhaps at another batch size, as it was recorded */
export function releasePlan({ ops, outputs, updates }: Recording): ReleasePlan {
  const last = ops.map(({ index, outputs: results }) => results.map(() => index));
  for (const { index, inputs } of ops) {
    for (const source of inputs) if (source.kind === 'op') last[source.op.index]![source.output] = index;
  }
  for (const source of [...outputs, ...updates.map((update) => update.source)]) {
    if (source.kind === 'op') last[source.op.index]![source.output] = Number.POSITIVE_INFINITY;
  }
  const due = ops.map((): { index: number; output: number }[] => []);
  for (const { index, outputs: results, varies } of ops) {
    // JavaScript may read what does not vary
    if (!varies) continue;
    results.forEach((result, output) => {
      if (isLarge(result)) due[last[index]![output]!]?.push({ index, output });
    });
  }
  return { types: ops.map(({ type }) => type), due };
}
