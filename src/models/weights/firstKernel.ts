import type { tf } from '../../tensorflow';
import type { NamedArray } from './safetensors';

/** 'layer/weight' of the kernel that sees the picture: [height, width, channels, filters]. */
export function firstKernelOf(model: tf.LayersModel): string | undefined {
  const layer = model.layers.find((each) => each.getClassName() === 'Conv2D');
  return layer && `${layer.name}/kernel`;
}

/**
 * Fit the kernel of the first convolution to another number of input channels, as timm does: for one channel kernels are summed, so
 * that a grey picture gives the same as the three equal channels of a colour picture; for others they are repeated and
 * weakened, so that the sum stays about as large.
 *
 * @param kernel [height, width, channels, filters] // as in the file
 * @param channels of the pictures
 * @returns [height, width, channels, filters], or the same kernel where nothing is to do
 */
export function fitted(kernel: NamedArray, channels: number): NamedArray {
  const [height = 0, width = 0, given = 0, filters = 0] = kernel.shape;
  if (kernel.shape.length !== 4 || given === channels || given === 0) return kernel;
  const data = new Float32Array(height * width * channels * filters);
  for (let place = 0; place < height * width; place++) {
    for (let channel = 0; channel < Math.max(channels, channels === 1 ? given : 0); channel++) {
      const from = (place * given + (channel % given)) * filters;
      const to = (place * channels + (channels === 1 ? 0 : channel)) * filters;
      const factor = channels === 1 ? 1 : given / channels;
      for (let f = 0; f < filters; f++) data[to + f]! += factor * kernel.data[from + f]!;
    }
  }
  return { shape: [height, width, channels, filters], data };
}
