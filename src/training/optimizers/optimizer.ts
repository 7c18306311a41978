import { tf } from '../../tensorflow';

/** A variable and which way the loss falls. */
export interface Update {
  /** the weights to change, of any shape */
  variable: tf.Variable;
  /** the gradient of the loss by them, of the same shape */
  gradient: tf.Tensor;
  /** learning rate of this step, a scalar tensor */
  rate: tf.Scalar;
}

/**
 * Changes variables against their gradients, as Keras 3 computes it.
 *
 * All numbers that change from step to step come in as tensors, so that a recorded step stays right: the learning rates,
 * and what {@link numbers} says for a step.
 */
export abstract class Optimizer {
  /** slots of each variable, by name: the moments and accumulators */
  readonly slots = new Map<tf.Variable, Record<string, tf.Variable>>();

  /** names of the slots each variable has, and what they start at */
  protected abstract readonly slotNames: Readonly<Record<string, number>>;

  /** Make the slots of these variables, so that no step has to. */
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

  /** What the given step needs beside the learning rate. @param step 1 for the first */
  numbers(_step: number): number[] {
    return [];
  }

  /** One step. @param numbers what {@link numbers} gave for this step, as scalars */
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

  dispose(): void {
    for (const slots of this.slots.values()) tf.dispose(Object.values(slots));
    this.slots.clear();
  }
}
