import type { tf } from '../../tensorflow';
import { Optimizer, type Update } from './optimizer';

export interface AdamOptions {
  /** how much of the mean of the gradients is kept from step to step; default 0.9 */
  beta1?: number;
  /** how much of the mean of their squares; default 0.999 */
  beta2?: number;
  /** keeps the division finite; default 1e-7 */
  epsilon?: number;
}

/**
 * Adam (Kingma and Ba 2015) as Keras computes it: the bias correction is part of the step size, and epsilon stands beside
 * the uncorrected root. tfjs's own puts it beside the corrected one, which differs where gradients are small.
 */
export class Adam extends Optimizer {
  protected readonly slotNames = { first: 0, second: 0 };
  protected readonly beta1: number;
  protected readonly beta2: number;
  protected readonly epsilon: number;

  constructor({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 }: AdamOptions = {}) {
    super();
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
  }

  override numbers(step: number): number[] {
    return [Math.sqrt(1 - this.beta2 ** step) / (1 - this.beta1 ** step)];
  }

  protected applyOne(
    { variable, gradient, rate }: Update,
    slots: Readonly<Record<string, tf.Variable>>,
    [correction]: readonly tf.Scalar[],
  ): void {
    const { first, second } = slots as Record<'first' | 'second', tf.Variable>;
    first.assign(first.add(gradient.sub(first).mul(1 - this.beta1)));
    second.assign(
      second.add(
        gradient
          .square()
          .sub(second)
          .mul(1 - this.beta2),
      ),
    );
    variable.assign(variable.sub(first.mul(rate.mul(correction!)).div(second.sqrt().add(this.epsilon))));
  }
}

export interface AdamWOptions extends AdamOptions {
  /** part of a weight that one step at a learning rate of 1 would take away; default 0.004 */
  weightDecay?: number;
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019): weights shrink by rate x decay before each step, whatever
 * their gradients' history. Biases, and scale and offset of normalizations (all of one dimension), do not decay.
 */
export class AdamW extends Adam {
  readonly weightDecay: number;

  constructor({ weightDecay = 0.004, ...options }: AdamWOptions = {}) {
    super(options);
    this.weightDecay = weightDecay;
  }

  protected override applyOne(
    update: Update,
    slots: Readonly<Record<string, tf.Variable>>,
    numbers: readonly tf.Scalar[],
  ): void {
    const { variable, rate } = update;
    if (variable.rank > 1) variable.assign(variable.sub(variable.mul(rate.mul(this.weightDecay))));
    super.applyOne(update, slots, numbers);
  }
}
