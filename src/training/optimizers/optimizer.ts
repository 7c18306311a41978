import { tf } from '../../tensorflow';

/** A variable with its gradient and learning rate in one step. */
export interface Update {
  /** The weights to change, of any shape. */
  variable: tf.Variable;
  /** The gradient of the loss with respect to the weights, of the same shape. */
  gradient: tf.Tensor;
  /** The learning rate of this step, a scalar tensor. */
  rate: tf.Scalar;
}

/**
 * The base class of the optimizers, which change variables along their gradients as Keras 3 does.
 *
 * All numbers that change from step to step (the learning rates, and those of {@link numbers}) are tensors, so that a step can be
 * recorded as a graph.
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * new training.Adam() instanceof training.Optimizer; // => true
 * ```
 */
export abstract class Optimizer {
  /** The state of each variable by name: moments and accumulators. */
  readonly slots = new Map<tf.Variable, Record<string, tf.Variable>>();

  /** The names of the state of each variable, and the value that it starts with. */
  protected abstract readonly slotNames: Readonly<Record<string, number>>;

  /** Creates the state of these variables before the first step. */
  build(variables: readonly tf.Variable[]): void {
    for (const variable of variables) {
      if (this.slots.has(variable)) continue;
      const slots: Record<string, tf.Variable> = {};
      for (const [name, start] of Object.entries(this.slotNames)) {
        slots[name] = tf.tidy(() => tf.fill(variable.shape, start).variable(false));
      }
      this.slots.set(variable, slots);
    }
  }

  /** The numbers that a step needs beside the learning rate. @param step 1 for the first */
  numbers(_step: number): number[] {
    return [];
  }

  /** Makes one step. @param numbers those of {@link numbers} for this step, as scalars */
  apply(updates: readonly Update[], numbers: readonly tf.Scalar[]): void {
    tf.tidy(() => {
      for (const update of updates) this.applyOne(update, this.slots.get(update.variable)!, numbers);
    });
  }

  protected abstract applyOne(
    update: Update,
    slots: Readonly<Record<string, tf.Variable>>,
    numbers: readonly tf.Scalar[],
  ): void;

  /** Frees the memory of the state. */
  dispose(): void {
    for (const slots of this.slots.values()) tf.dispose(Object.values(slots));
    this.slots.clear();
  }
}
