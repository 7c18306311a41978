import type { tf } from '../../tensorflow';
import { Optimizer, type Update } from './optimizer';

/** Options of {@link Adagrad}. */
export interface AdagradOptions {
  /** The value that the sums of squared gradients start with. Default: 0.1. */
  initialAccumulator?: number;
  /** A small number that keeps the division finite. Default: 1e-7. */
  epsilon?: number;
}

/**
 * Adagrad (Duchi, Hazan and Singer 2011), computed as in Keras.
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * new training.Adagrad() instanceof training.Optimizer; // => true
 * ```
 */
export class Adagrad extends Optimizer {
  protected readonly slotNames: Readonly<Record<string, number>>;
  private readonly epsilon: number;

  constructor({ initialAccumulator = 0.1, epsilon = 1e-7 }: AdagradOptions = {}) {
    super();
    this.epsilon = epsilon;
    this.slotNames = { sum: initialAccumulator };
  }

  protected applyOne({ variable, gradient, rate }: Update, slots: Readonly<Record<string, tf.Variable>>): void {
    const sum = slots.sum!;
    sum.assign(sum.add(gradient.square()));
    variable.assign(variable.sub(gradient.mul(rate).div(sum.add(this.epsilon).sqrt())));
  }
}
