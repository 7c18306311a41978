import { tf } from '../tensorflow';

/**
 * Adam (Kingma and Ba 2015) as Keras computes it: the bias correction is part of the step size, and epsilon stands beside
 * the uncorrected root. tfjs's own puts it beside the corrected one, which differs where gradients are small.
 */
export class Adam {
  private readonly moments = new Map<tf.Variable, { first: tf.Variable; second: tf.Variable }>();
  private steps = 0;

  /**
   * @param learningRate may be changed between steps
   * @param beta1 how much of the mean of the gradients is kept from step to step
   * @param beta2 how much of the mean of their squares
   * @param epsilon keeps the division finite
   */
  constructor(
    public learningRate: number,
    readonly beta1 = 0.9,
    readonly beta2 = 0.999,
    readonly epsilon = 1e-7,
  ) {}

  /** Change every variable one step against its gradient. */
  apply(gradients: readonly { variable: tf.Variable; gradient: tf.Tensor }[]): void {
    this.steps++;
    const { beta1, beta2, epsilon } = this;
    const stepSize = (this.learningRate * Math.sqrt(1 - beta2 ** this.steps)) / (1 - beta1 ** this.steps);
    tf.tidy(() => {
      for (const { variable, gradient } of gradients) {
        const { first, second } = this.momentsOf(variable);
        first.assign(first.add(gradient.sub(first).mul(1 - beta1)));
        second.assign(
          second.add(
            gradient
              .square()
              .sub(second)
              .mul(1 - beta2),
          ),
        );
        variable.assign(variable.sub(first.mul(stepSize).div(second.sqrt().add(epsilon))));
      }
    });
  }

  dispose(): void {
    for (const { first, second } of this.moments.values()) tf.dispose([first, second]);
    this.moments.clear();
  }

  private momentsOf(variable: tf.Variable) {
    let moments = this.moments.get(variable);
    if (!moments) {
      const zeros = () => tf.tidy(() => tf.zerosLike(variable).variable(false));
      moments = { first: zeros(), second: zeros() };
      this.moments.set(variable, moments);
    }
    return moments;
  }
}
