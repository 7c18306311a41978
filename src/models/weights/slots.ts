import { UserError } from '../../core/errors';
import type { tf } from '../../tensorflow';
import type { NamedArray } from './safetensors';

/** A weight of a model. */
export interface Slot {
  layer: string;
  name: string;
  shape: number[];
}

/** The weights of each layer that has weights, in the order of the files: trainable weights, then moving statistics. */
export function weightsOf(model: tf.LayersModel): Slot[][] {
  return model.layers
    .filter((layer) => layer.weights.length > 0)
    .map((layer) =>
      layer.weights.map((weight) => ({
        layer: layer.name,
        // tfjs appends _1, _2 to a weight's name when a name is used twice in a process
        name: weight.originalName.split('/').at(-1)!.replace(/_\d+$/, ''),
        shape: weight.shape.map(Number),
      })),
    );
}

/** As Keras does: DepthwiseConv2D to depthwise_conv2d. */
export const snakeCase = (name: string): string =>
  name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();

/**
 * A name without its numbers, and without the letter of a block (block4a): layers of repeated blocks have the same. A file that
 * has more such layers than the model is of a deeper network.
 */
export const patternOf = (name: string): string => name.replace(/\d+[a-z](?=_)|\d+/g, '#');

/** The first few of a list, for an error message. */
export function firstOf(parts: readonly string[], most = 3): string {
  const more = parts.length - most;
  return `${parts.slice(0, most).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** @throws {UserError} if the model needs another shape */
export function checkShape(array: NamedArray, shape: number[], what: string, model: tf.LayersModel, source: string) {
  if (array.shape.join() === shape.join()) return;
  throw new UserError(`${source}: '${what}' has the shape [${array.shape}], ${model.name} needs [${shape}]`);
}
