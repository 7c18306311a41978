import type { tf } from '../../tensorflow';
import { Optimizer, type Update } from './optimizer';

/** Options of {@link Sgd}. */
export interface SgdOptions {
  /** The part of the previous step that is added to each step (Polyak 1964). Default: 0. */
  momentum?: number;
  /** Whether the momentum is applied before the gradient (Nesterov 1983; Sutskever et al. 2013). Default: false. */
  nesterov?: boolean;
}

/**
 * Stochastic gradient descent, with or without momentum, computed as in Keras.
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * new training.Sgd({ momentum: 0.9 }) instanceof training.Optimizer; // => true
 * ```
 */
export class Sgd extends Optimizer {
  protected readonly slotNames: Readonly<Record<string, number>>;
  private readonly momentum: number;
  private readonly nesterov: boolean;

  constructor({ momentum = 0, nesterov = false }: SgdOptions = {}) {
    super();
    this.momentum = momentum;
    this.nesterov = nesterov;
    this.slotNames = momentum > 0 ? { velocity: 0 } : {};
  }

  protected applyOne({ variable, gradient, rate }: Update, { velocity }: Readonly<Record<string, tf.Variable>>): void {
    const step = gradient.mul(rate);
    if (!velocity) {
      variable.assign(variable.sub(step));
      return;
    }
    velocity.assign(velocity.mul(this.momentum).sub(step));
    variable.assign(variable.add(this.nesterov ? velocity.mul(this.momentum).sub(step) : velocity));
  }
}
