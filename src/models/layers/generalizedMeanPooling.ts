import { shapeOf, tensorOf, tf } from '../../tensorflow';

/** Smaller values count as this, as in the authors' code: powers of negative numbers are not defined. */
const EPSILON = 1e-6;

export interface GeneralizedMeanPoolingConfig {
  name?: string;
  /** the exponent. Default: 3 */
  power?: number;
}

/**
 * Generalized-mean pooling (Radenović et al. 2018, Fine-tuning CNN image retrieval with no human annotation): the mean of each channel's
 * values to the power p, to the power 1 / p. Power 1 is average pooling; the larger it is, the nearer to max pooling.
 *
 * Input [batch, height, width, channels], output [batch, channels].
 */
export class GeneralizedMeanPooling2D extends tf.layers.Layer {
  static readonly className = 'GeneralizedMeanPooling2D';
  private readonly power: number;

  constructor(config: GeneralizedMeanPoolingConfig = {}) {
    super(config as ConstructorParameters<typeof tf.layers.Layer>[0]);
    this.power = config.power ?? 3;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = tensorOf(inputs).maximum(EPSILON);
      // by logarithms, as all values are positive
      const mean = x.log().mul(this.power).exp().mean([1, 2]); // [batch, channels]
      return mean.log().div(this.power).exp();
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const shape = shapeOf(inputShape);
    return [shape[0]!, shape.at(-1)!];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), power: this.power };
  }
}

tf.serialization.registerClass(GeneralizedMeanPooling2D);
