import type { tf } from '../../tensorflow';
import { Optimizer, type Update } from './optimizer';

export interface AdagradOptions {
  /** what the sums of squared gradients start at; default 0.1 */
  initialAccumulator?: number;
  /** keeps the division finite; default 1e-7 */
  epsilon?: number;
}

/** Adagrad (Duchi, Hazan and Singer 2011) as Keras computes it. */
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
