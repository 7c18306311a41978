import { tf } from '../../../tensorflow';
import type { Activation, Network } from '../../network';

/** PyTorch's batch normalization. */
export const TORCH_NORMALIZATION = { epsilon: 1e-5, momentum: 0.9 };

export interface TorchConvolution {
  filters: number;
  kernel: number;
  stride?: number;
  bias?: boolean;
  groups?: number;
  /** zeros on each side. Default: half the kernel, so that a stride of 1 keeps the size */
  padding?: number;
}

/**
 * A convolution with PyTorch's padding: as many zeros at the start as at the end, where TensorFlow's 'same' has one less at the start
 * for a stride of 2.
 */
export function torchConvolution(
  network: Network,
  x: tf.SymbolicTensor,
  name: string,
  { filters, kernel, stride = 1, bias = false, groups = 1, padding = Math.floor(kernel / 2) }: TorchConvolution,
): tf.SymbolicTensor {
  const [padded, how] = padFor(network, x, name, kernel, stride, padding);
  if (groups > 1) return network.groupedConvolution(padded, name, { filters, kernel, stride, padding: how, groups });
  return network.convolution(padded, name, { filters, kernel, stride, padding: how, bias });
}

/** A depthwise convolution with PyTorch's padding. */
export function torchDepthwise(
  network: Network,
  x: tf.SymbolicTensor,
  name: string,
  { kernel, stride = 1, bias = false }: { kernel: number; stride?: number; bias?: boolean },
): tf.SymbolicTensor {
  const [padded, how] = padFor(network, x, name, kernel, stride, Math.floor(kernel / 2));
  return network.depthwise(padded, name, { kernel, stride, padding: how, bias });
}

function padFor(
  network: Network,
  x: tf.SymbolicTensor,
  name: string,
  kernel: number,
  stride: number,
  padding: number,
): [tf.SymbolicTensor, 'same' | 'valid'] {
  if (padding === 0) return [x, 'valid'];
  if (stride === 1 && 2 * padding === kernel - 1) return [x, 'same'];
  return [torchPadding(network, x, `${name}.pad`, padding), 'valid'];
}

/** Zeros on all four sides. */
export const torchPadding = (network: Network, x: tf.SymbolicTensor, name: string, pixels: number) =>
  network.zeroPadding(x, name, [
    [pixels, pixels],
    [pixels, pixels],
  ]);

/** PyTorch's max pooling with padding; zeros serve as the padding of values that are not negative, as after ReLU. */
export function torchMaxPool(
  network: Network,
  x: tf.SymbolicTensor,
  name: string,
  { pool = 3, stride = 2, padding = 1 } = {},
): tf.SymbolicTensor {
  const padded = padding > 0 ? torchPadding(network, x, `${name}.pad`, padding) : x;
  return network.add(tf.layers.maxPooling2d({ name, poolSize: pool, strides: stride }), padded);
}

/** Convolution without bias, batch normalization, and an activation unless it is left out. */
export function torchConvNorm(
  network: Network,
  x: tf.SymbolicTensor,
  [conv, norm]: [string, string],
  { activation, ...options }: TorchConvolution & { activation?: Activation },
): tf.SymbolicTensor {
  const y = network.batchNormalization(torchConvolution(network, x, conv, options), norm, TORCH_NORMALIZATION);
  return activation ? network.activation(y, `${norm}.act`, activation) : y;
}
