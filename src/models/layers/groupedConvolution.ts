import { shapeOf, tensorOf, tf } from '../../tensorflow';
import { groupedConv2d } from '../../tensorflow/groupedConvolution';

export interface GroupedConvolutionConfig {
  name?: string;
  filters: number;
  kernelSize: number;
  strides?: number;
  padding?: 'same' | 'valid';
  groups: number;
}

/**
 * A convolution whose filters see only the channels of their group (ResNeXt, Xie et al. 2017), without bias, as Keras's `Conv2D` with
 * `groups`. TensorFlow.js's own layer has no groups.
 *
 * Input [batch, height, width, channels], kernel [height, width, channels / groups, filters].
 */
export class GroupedConv2D extends tf.layers.Layer {
  static readonly className = 'GroupedConv2D';
  private readonly filters: number;
  private readonly kernelSize: number;
  private readonly strides: number;
  private readonly padding: 'same' | 'valid';
  private readonly groups: number;
  private kernel!: tf.LayerVariable;

  constructor(config: GroupedConvolutionConfig) {
    super(config as unknown as ConstructorParameters<typeof tf.layers.Layer>[0]);
    this.filters = config.filters;
    this.kernelSize = config.kernelSize;
    this.strides = config.strides ?? 1;
    this.padding = config.padding ?? 'valid';
    this.groups = config.groups;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const channels = shapeOf(inputShape).at(-1)!;
    const shape = [this.kernelSize, this.kernelSize, channels / this.groups, this.filters];
    this.kernel = this.addWeight('kernel', shape, 'float32', tf.initializers.zeros(), undefined, true);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = tensorOf(inputs) as tf.Tensor4D;
    return groupedConv2d(x, this.kernel.read() as tf.Tensor4D, this.strides, this.padding);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [batch, height, width] = shapeOf(inputShape);
    const side = (length: number | null | undefined) =>
      length === null || length === undefined
        ? null
        : Math.ceil((this.padding === 'same' ? length : length - this.kernelSize + 1) / this.strides);
    return [batch!, side(height), side(width), this.filters];
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { filters, kernelSize, strides, padding, groups } = this;
    return { ...super.getConfig(), filters, kernelSize, strides, padding, groups };
  }
}

tf.serialization.registerClass(GroupedConv2D);
