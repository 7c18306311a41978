import type { tf } from '../../tensorflow';
import { Optimizer, type Update } from './optimizer';

/** Options of {@link RmsProp}. */
export interface RmsPropOptions {
  /** The decay of the mean of the squared gradients. Default: 0.9. */
  rho?: number;
  /** The part of the previous step that is added to each step. Default: 0. */
  momentum?: number;
  /** A small number that keeps the division finite. Default: 1e-7. */
  epsilon?: number;
}

/**
 * RMSprop (Tieleman and Hinton 2012), computed as in Keras: epsilon is inside the square root.
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * new training.RmsProp({ rho: 0.99 }) instanceof training.Optimizer; // => true
 * ```
 */
export class RmsProp extends Optimizer {
  protected readonly slotNames: Readonly<Record<string, number>>;
  private readonly rho: number;
  private readonly momentum: number;
  private readonly epsilon: number;

  constructor({ rho = 0.9, momentum = 0, epsilon = 1e-7 }: RmsPropOptions = {}) {
    super();
    this.rho = rho;
    this.momentum = momentum;
    this.epsilon = epsilon;
    this.slotNames = momentum > 0 ? { square: 0, velocity: 0 } : { square: 0 };
  }

  protected applyOne({ variable, gradient, rate }: Update, slots: Readonly<Record<string, tf.Variable>>): void {
    const square = slots.square!;
    square.assign(square.mul(this.rho).add(gradient.square().mul(1 - this.rho)));
    let step = gradient.mul(rate).div(square.add(this.epsilon).sqrt());
    if (slots.velocity) {
      step = slots.velocity.mul(this.momentum).add(step);
      slots.velocity.assign(step);
    }
    variable.assign(variable.sub(step));
  }
}
