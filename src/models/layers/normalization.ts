import { shapeOf, tensorOf, tf } from '../../tensorflow';

/** The smallest standard deviation that Keras divides by. */
const SMALLEST_DEVIATION = 1e-7;

/**
 * Keras's `Normalization`: output = (input - mean) / sqrt(variance), per channel (the last axis).
 *
 * Mean and variance are weights that no training changes: they come with the weights file. Keras keeps a third number
 * beside them, how many examples it took them from; it is here so that files and parameter counts fit.
 */
export class Normalization extends tf.layers.Layer {
  static readonly className = 'Normalization';

  private mean!: tf.LayerVariable;
  private variance!: tf.LayerVariable;

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const channels = shapeOf(inputShape).at(-1) as number;
    this.mean = this.addWeight('mean', [channels], 'float32', tf.initializers.zeros(), undefined, false);
    this.variance = this.addWeight('variance', [channels], 'float32', tf.initializers.ones(), undefined, false);
    this.addWeight('count', [], 'float32', tf.initializers.zeros(), undefined, false);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const input = tensorOf(inputs);
      const deviation = this.variance.read().sqrt().maximum(SMALLEST_DEVIATION);
      return input.sub(this.mean.read()).div(deviation);
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }
}

tf.serialization.registerClass(Normalization);
