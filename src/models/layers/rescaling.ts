import { tensorOf, tf } from '../../tensorflow';

export interface RescalingConfig {
  name?: string;
  /** one factor, or one a channel */
  scale: number | number[];
  offset?: number;
}

/**
 * output = input x scale + offset, as in Keras, where the scale may also be one a channel.
 *
 * It takes the place of tfjs's layer of the same name, which is the same for a single factor, so that models saved with
 * either load.
 */
export class Rescaling extends tf.layers.Layer {
  static readonly className = 'Rescaling';
  private readonly scale: number | number[];
  private readonly offset: number;

  constructor(config: RescalingConfig) {
    super(config as ConstructorParameters<typeof tf.layers.Layer>[0]);
    this.scale = config.scale;
    this.offset = config.offset ?? 0;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const scaled = tensorOf(inputs).toFloat().mul(this.scale);
      return this.offset === 0 ? scaled : scaled.add(this.offset);
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), scale: this.scale, offset: this.offset };
  }
}

tf.serialization.registerClass(Rescaling);
