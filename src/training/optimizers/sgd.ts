import type { tf } from '../../tensorflow';
import { Optimizer, type Update } from './optimizer';

export interface SgdOptions {
  /** how much of the last step's direction is kept (Polyak 1964); default 0: none */
  momentum?: number;
  /** look ahead along that direction (Nesterov 1983; Sutskever et al. 2013); default false */
  nesterov?: boolean;
}

/** Stochastic gradient descent, with or without momentum, as Keras computes it. */
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
