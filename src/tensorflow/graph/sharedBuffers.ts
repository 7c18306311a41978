import { type Binding, DataType, type TensorHandle } from './backend';
import { isLarge } from './recording';

/**
 * One buffer for all results of the same shape while a function is recorded whose numbers nobody needs, only its operations and shapes:
 * a recording keeps every result of a training step until its end, which would be the most memory that a training takes.
 */
export class SharedBuffers {
  /** id of the tensor that holds the buffer, by shape */
  private readonly holders = new Map<string, number>();

  constructor(private readonly binding: Binding) {}

  /** A tensor like a result, in its place: with numbers of an earlier one of that shape, if it is large and there was one. */
  share(result: TensorHandle): TensorHandle {
    const { id, shape, dtype } = result;
    if (dtype !== DataType.float || !isLarge(result)) return result;
    const key = shape.join();
    const holder = this.holders.get(key);
    if (holder === undefined) {
      this.holders.set(key, this.alias(id).id);
      return result;
    }
    this.binding.deleteTensor(id);
    return this.alias(holder);
  }

  release(): void {
    for (const id of this.holders.values()) this.binding.deleteTensor(id);
    this.holders.clear();
  }

  /** Nothing is copied: TensorFlow counts references to the buffer. */
  private alias(id: number): TensorHandle {
    const { binding } = this;
    const type = { name: 'T', type: binding.TF_ATTR_TYPE, value: DataType.float };
    return binding.executeOp('Identity', [type], [id], 1)[0]!;
  }
}
