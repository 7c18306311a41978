import { tf } from '../tensorflow';

/**
 * An exponential moving average of the weights (Polyak and Juditsky 1992): smoother than the weights of the last step, and often better.
 * Training continues with the weights themselves; validation and the final model use the average.
 *
 * It reaches back over a part of the training, so that it means the same in 100 steps as in 10,000: a fixed momentum of 0.99 would
 * still consist of the first weights in a short training. It is bias-corrected like the means of Adam (Kingma and Ba 2015): after any
 * number of steps it is a weighted mean of the weights so far, and no first value counts more than it should.
 */
export class WeightAverages {
  readonly averages: readonly tf.Variable[];
  private raw: tf.Tensor[] | undefined;

  /** the part of the average that would be kept from step to step, without the correction */
  private readonly momentum: number;

  /** @param horizon number of steps that the average reaches back over, 1 or more; the weights of earlier steps count less than 1/e */
  constructor(
    private readonly variables: readonly tf.Variable[],
    horizon: number,
  ) {
    this.momentum = 1 - 1 / Math.max(1, horizon);
    this.averages = variables.map((variable) => tf.tidy(() => variable.clone().variable(false)));
  }

  /** The part of the average that is kept at a step: 0 at the first, which starts the average. @param step 1 for the first */
  momentumAt(step: number): number {
    return 1 - (1 - this.momentum) / (1 - this.momentum ** step);
  }

  /** To be called after a step. */
  update(momentum: tf.Scalar): void {
    const rest = tf.scalar(1).sub(momentum);
    this.averages.forEach((average, i) => average.assign(average.mul(momentum).add(this.variables[i]!.mul(rest))));
  }

  /** Replaces the weights by their averages. */
  show(): void {
    if (this.raw) return;
    this.raw = this.variables.map((variable) => tf.keep(variable.clone()));
    this.variables.forEach((variable, i) => variable.assign(this.averages[i]!));
  }

  /** Restores the weights. */
  hide(): void {
    this.raw?.forEach((value, i) => {
      this.variables[i]!.assign(value);
      value.dispose();
    });
    this.raw = undefined;
  }

  /** To be called after training: the current values of the weights are final. */
  finish(): void {
    tf.dispose(this.raw ?? []);
    this.raw = undefined;
  }

  /** Frees the memory; restores the weights unless `finish` was called. */
  dispose(): void {
    this.hide();
    tf.dispose([...this.averages]);
  }
}
