import { tf } from '../tensorflow';

/**
 * An exponential moving average of the weights (Polyak and Juditsky 1992; as `use_ema` in Keras): smoother than the weights of the last
 * step, and often better. Training continues with the weights themselves; validation and the final model use the average.
 */
export class WeightAverages {
  readonly averages: readonly tf.Variable[];
  private raw: tf.Tensor[] | undefined;

  /** @param momentum the part of the average that is kept from step to step, such as 0.99 */
  constructor(
    private readonly variables: readonly tf.Variable[],
    private readonly momentum: number,
  ) {
    this.averages = variables.map((variable) => tf.tidy(() => variable.clone().variable(false)));
  }

  /** The momentum of a step: 0 for the first, which starts the average. @param step 1 for the first */
  momentumAt(step: number): number {
    return step === 1 ? 0 : this.momentum;
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
