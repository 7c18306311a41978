import { checkNumber } from '../core/options';
import { tf } from '../tensorflow';
import { customLayers } from './layers';

/** Consecutive layers of a backbone that are frozen or trained together. */
export interface Block {
  /** Name of the block, such as 'block13'. */
  name: string;
  /** Names of its layers, from the input on; no layer is in two blocks. */
  layers: string[];
}

/** A backbone's layers, without its pre-trained weights. */
export interface Architecture {
  /** `[batch, size, size, 3]` to `[batch, 1000]` logits with the classifier, or to `[batch, features]` pooled features without it. */
  model: tf.LayersModel;
  /** Its blocks from the input to the features; the classifier belongs to none. */
  blocks: Block[];
}

/** Options of `models.buildArchitecture`. */
export interface ArchitectureOptions {
  /** Side of the square input in pixels, 32 to 4096. Default: that of the pre-trained weights. */
  inputSize?: number;
  /** Number of channels of the pictures, 1 to 64. Default: 3. */
  inputChannels?: number;
  /** Whether to keep the ImageNet classifier (logits, without softmax); else the model ends in average-pooled features. Default: true. */
  includeTop?: boolean;
}

export type Activation = 'relu' | 'relu6' | 'swish' | 'hardSwish';
export type Padding = 'same' | 'valid';

export interface ConvolutionOptions {
  filters: number;
  /** the side, or height and width */
  kernel: number | [number, number];
  stride?: number;
  padding?: Padding;
  bias?: boolean;
  activation?: 'relu' | 'swish' | 'sigmoid';
}

/** Number of channels of the pictures: grey, colour, the bands of a satellite. */
export const INPUT_CHANNELS = { min: 1, max: 64 };

/** In pixels. Each network halves the side five times; larger inputs take gigabytes in the first layers. */
export const INPUT_SIZE = { min: 32, max: 4096 };

const ZEROS = { kernelInitializer: 'zeros', biasInitializer: 'zeros' } as const;

/**
 * Builds a network layer by layer and records to which block each layer belongs. Layers have the names of Keras.
 *
 * Every weight starts as a constant, not at random, because loading overwrites all of them.
 */
export class Network {
  readonly input: tf.SymbolicTensor;
  private readonly blocks: Block[] = [];
  private inBlock = true;

  constructor({ inputSize, inputChannels }: Pick<Required<ArchitectureOptions>, 'inputSize' | 'inputChannels'>) {
    checkNumber('inputSize', inputSize, { ...INPUT_SIZE, integer: true });
    checkNumber('inputChannels', inputChannels, { ...INPUT_CHANNELS, integer: true });
    this.input = tf.input({ shape: [inputSize, inputSize, inputChannels], name: 'input' });
  }

  /** Begin a block: the layers that follow belong to it. */
  block(name: string): void {
    this.blocks.push({ name, layers: [] });
  }

  /** End the last block: the layers that follow, pooling and classifier, belong to none. */
  endBlocks(): void {
    this.inBlock = false;
  }

  add(layer: tf.layers.Layer, input: tf.SymbolicTensor | tf.SymbolicTensor[]): tf.SymbolicTensor {
    if (this.inBlock) this.blocks.at(-1)?.layers.push(layer.name);
    return layer.apply(input) as tf.SymbolicTensor;
  }

  convolution(x: tf.SymbolicTensor, name: string, options: ConvolutionOptions): tf.SymbolicTensor {
    const { filters, kernel, stride = 1, padding = 'same', bias = false, activation } = options;
    const layer = tf.layers.conv2d({
      ...{ name, filters, kernelSize: kernel, strides: stride, padding, useBias: bias, activation },
      ...ZEROS,
    });
    return this.add(layer, x);
  }

  depthwise(
    x: tf.SymbolicTensor,
    name: string,
    options: { kernel: number; stride?: number; padding?: Padding; bias?: boolean },
  ): tf.SymbolicTensor {
    const { kernel, stride = 1, padding = 'same', bias = false } = options;
    const shape = { kernelSize: kernel, strides: stride, padding };
    const zeros = { depthwiseInitializer: 'zeros', biasInitializer: 'zeros' } as const;
    return this.add(tf.layers.depthwiseConv2d({ name, ...shape, useBias: bias, ...zeros }), x);
  }

  groupedConvolution(
    x: tf.SymbolicTensor,
    name: string,
    options: { filters: number; kernel: number; stride?: number; padding?: Padding; groups: number },
  ): tf.SymbolicTensor {
    const { filters, kernel, stride = 1, padding = 'same', groups } = options;
    const shape = { filters, kernelSize: kernel, strides: stride, padding, groups };
    return this.add(new customLayers.GroupedConv2D({ name, ...shape }), x);
  }

  /** A convolution of each channel and one that mixes them, as one layer without bias (Chollet 2017). */
  separableConvolution(
    x: tf.SymbolicTensor,
    name: string,
    { filters, kernel }: { filters: number; kernel: number },
  ): tf.SymbolicTensor {
    const zeros = { depthwiseInitializer: 'zeros', pointwiseInitializer: 'zeros' } as const;
    const shape = { filters, kernelSize: kernel, padding: 'same' } as const;
    return this.add(tf.layers.separableConv2d({ name, ...shape, useBias: false, ...zeros }), x);
  }

  /** `scale: false` leaves out the weights that multiply, as where the next layer with weights can do it. */
  batchNormalization(
    x: tf.SymbolicTensor,
    name: string,
    { epsilon = 1e-3, momentum = 0.99, scale = true }: { epsilon?: number; momentum?: number; scale?: boolean } = {},
  ): tf.SymbolicTensor {
    return this.add(tf.layers.batchNormalization({ name, epsilon, momentum, scale }), x);
  }

  activation(x: tf.SymbolicTensor, name: string, activation: Activation): tf.SymbolicTensor {
    switch (activation) {
      case 'relu6':
        return this.add(tf.layers.reLU({ name, maxValue: 6 }), x);
      case 'hardSwish':
        return this.add(new customLayers.HardSwish({ name }), x);
      default:
        return this.add(tf.layers.activation({ name, activation }), x);
    }
  }

  zeroPadding(x: tf.SymbolicTensor, name: string, padding: [[number, number], [number, number]]): tf.SymbolicTensor {
    return this.add(tf.layers.zeroPadding2d({ name, padding }), x);
  }

  /**
   * Zero padding before a convolution of stride 2 and padding 'valid', as Keras adds it: centred, with one pixel less at the start
   * when the side is even.
   */
  stridePadding(x: tf.SymbolicTensor, name: string, kernel: number): tf.SymbolicTensor {
    const half = Math.floor(kernel / 2);
    const side = (axis: number): [number, number] => [half - (1 - (x.shape[axis]! % 2)), half];
    return this.zeroPadding(x, name, [side(1), side(2)]);
  }

  sum(name: string, inputs: tf.SymbolicTensor[]): tf.SymbolicTensor {
    return this.add(tf.layers.add({ name }), inputs);
  }

  product(name: string, inputs: tf.SymbolicTensor[]): tf.SymbolicTensor {
    return this.add(tf.layers.multiply({ name }), inputs);
  }

  /** [batch, height, width, channels] to [batch, channels] */
  averagePool(x: tf.SymbolicTensor, name = 'avg_pool'): tf.SymbolicTensor {
    return this.add(tf.layers.globalAveragePooling2d({ name }), x);
  }

  reshape(x: tf.SymbolicTensor, name: string, targetShape: number[]): tf.SymbolicTensor {
    return this.add(tf.layers.reshape({ name, targetShape }), x);
  }

  dense(x: tf.SymbolicTensor, name: string, units: number, activation?: 'relu'): tf.SymbolicTensor {
    return this.add(tf.layers.dense({ name, units, activation, ...ZEROS }), x);
  }

  finish(output: tf.SymbolicTensor, name: string): Architecture {
    return { model: tf.model({ inputs: this.input, outputs: output, name }), blocks: this.blocks };
  }
}

/** The multiple of `divisor` nearest to `filters`, but not less than 90% of it (the rule of MobileNetV2, Sandler et al. 2018). */
export function roundFilters(filters: number, divisor = 8): number {
  const rounded = Math.max(divisor, Math.floor((filters + divisor / 2) / divisor) * divisor);
  return rounded < 0.9 * filters ? rounded + divisor : rounded;
}
