import { tf } from '../tensorflow';

/**
 * An exponential moving average of weights (Polyak and Juditsky 1992; as in Keras's `use_ema`): smoother than the last
 * step, and often better. Training goes on with the weights themselves; validation and the final model take the average.
 */
export class WeightAverages {
  readonly averages: readonly tf.Variable[];
  private raw: tf.Tensor[] | undefined;

  /** @param momentum how much of the average is kept from step to step, such as 0.99 */
  constructor(
    private readonly variables: readonly tf.Variable[],
    private readonly momentum: number,
  ) {
    this.averages = variables.map((variable) => tf.tidy(() => variable.clone().variable(false)));
  }

  /** The first step begins the average. @param step 1 for the first */
  momentumAt(step: number): number {
    return step === 1 ? 0 : this.momentum;
  }

  /** To be called after a step. */
  update(momentum: tf.Scalar): void {
    const rest = tf.scalar(1).sub(momentum);
    this.averages.forEach((average, i) => average.assign(average.mul(momentum).add(this.variables[i]!.mul(rest))));
  }

  /** Put the averages in the place of the weights. */
  show(): void {
    if (this.raw) return;
    this.raw = this.variables.map((variable) => tf.keep(variable.clone()));
    this.variables.forEach((variable, i) => variable.assign(this.averages[i]!));
  }

  /** Put the weights back. */
  hide(): void {
    this.raw?.forEach((value, i) => {
      this.variables[i]!.assign(value);
      value.dispose();
    });
    this.raw = undefined;
  }

  /** Training is over: what is in the place of the weights now stays there. */
  settle(): void {
    tf.dispose(this.raw ?? []);
    this.raw = undefined;
  }

  /** Unless settled, the weights come back first. */
  dispose(): void {
    this.hide();
    tf.dispose([...this.averages]);
  }
}
