import { shown, UserError } from '../core/errors';
import type { tf } from '../tensorflow';
import { multiplyAdds } from './multiplyAdds';

/** Numbers in the output of one layer for one picture: 1 GB. */
const LARGEST_OUTPUT = 2 ** 28;
/** For one picture; EfficientNet-B7 takes 37e9, and twenty times that at the side of 2,700 pixels. */
const MOST_MULTIPLY_ADDS = 1e12;

/**
 * Refuse a network that no picture could be given to, before one is.
 *
 * @param source put before the message, e.g. 'resnet50 at 4096 pixels: '
 * @throws {UserError} if an output of a layer has more than 2^28 numbers for a picture (1 GB), or all layers together take
 *   more than 1e12 multiply-adds
 */
export function checkModelSize(model: tf.LayersModel, source = ''): void {
  let count = multiplyAdds(model);
  for (const layer of model.layers) {
    const { name, outputShape } = layer;
    const { poolSize = [] } = layer as { poolSize?: number[] };
    const shapes = (Array.isArray(outputShape[0]) ? outputShape : [outputShape]) as tf.Shape[];
    for (const shape of shapes) {
      const size = shape.slice(1).reduce<number>((product, side) => product * (side ?? 1), 1);
      if (!(size <= LARGEST_OUTPUT)) {
        throw new UserError(
          `${source}layer ${shown(name)} gives [${shape.slice(1)}] for a picture: more than fits into memory`,
        );
      }
      if (poolSize.length > 0) count += poolSize.reduce((product, side) => product * side, size);
    }
  }
  if (count > MOST_MULTIPLY_ADDS) {
    throw new UserError(
      `${source}it takes ${count.toExponential(1)} multiply-adds for a picture, expected at most 1e12`,
    );
  }
}
