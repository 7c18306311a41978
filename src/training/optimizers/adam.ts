import type { tf } from '../../tensorflow';
import { Optimizer, type Update } from './optimizer';

/** Options of {@link Adam}. */
export interface AdamOptions {
  /** The decay of the mean of the gradients. Default: 0.9. */
  beta1?: number;
  /** The decay of the mean of the squared gradients. Default: 0.999. */
  beta2?: number;
  /** A small number that keeps the division finite. Default: 1e-7. */
  epsilon?: number;
}

/**
 * Adam (Kingma and Ba 2015), computed as in Keras: the bias correction is part of the step size, and epsilon is added to the uncorrected
 * square root. TensorFlow.js adds it to the corrected one, which differs where gradients are small.
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * new training.Adam({ beta1: 0.95 }) instanceof training.Optimizer; // => true
 * ```
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

/** Options of {@link AdamW}. */
export interface AdamWOptions extends AdamOptions {
  /** The part of a weight that one step with a learning rate of 1 would subtract. Default: 0.004. */
  weightDecay?: number;
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019): before each step the weights shrink by rate x decay, independently of
 * their gradients. Biases, and scale and offset of normalizations (all of one dimension), do not decay.
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * new training.AdamW({ weightDecay: 0.01 }).weightDecay; // => 0.01
 * ```
 */
export class AdamW extends Adam {
  /** The part of a weight that one step with a learning rate of 1 would subtract. */
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
