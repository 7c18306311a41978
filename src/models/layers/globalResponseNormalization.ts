import { shapeOf, tensorOf, tf } from '../../tensorflow';

/** Added to the mean of the norms. */
const EPSILON = 1e-6;
/** Below this sum of squares a channel counts as zero: the gradient of the square root is infinite at 0. */
const SMALLEST = 1e-24;

/**
 * Global response normalization (Woo et al. 2023, ConvNeXt V2): each channel is weighted by its norm over the picture, relative to the
 * mean of all channels' norms: output = input + gamma x input x norm / mean(norm) + beta.
 *
 * Input [batch, height, width, channels].
 */
export class GlobalResponseNormalization extends tf.layers.Layer {
  static readonly className = 'GlobalResponseNormalization';
  private gamma!: tf.LayerVariable;
  private beta!: tf.LayerVariable;

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const channels = shapeOf(inputShape).at(-1) as number;
    this.gamma = this.addWeight('gamma', [channels], 'float32', tf.initializers.zeros(), undefined, true);
    this.beta = this.addWeight('beta', [channels], 'float32', tf.initializers.zeros(), undefined, true);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = tensorOf(inputs);
      const norm = x.square().sum([1, 2], true).maximum(SMALLEST).sqrt(); // [batch, 1, 1, channels]
      const weight = norm.div(norm.mean(3, true).add(EPSILON)).mul(this.gamma.read());
      return x.mul(weight.add(1)).add(this.beta.read());
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }
}

tf.serialization.registerClass(GlobalResponseNormalization);
