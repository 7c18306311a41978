import { AsyncLocalStorage } from 'node:async_hooks';
import * as tf from '#tfjs';
import { UserError } from '../core/errors';

/** How many more numbers the weights of the layers under construction may have, and the weights created so far. */
const limits = new AsyncLocalStorage<{ left: number; made: tf.LayerVariable[] }>();
const guarded = Symbol('tunebook: layers that come from a file make no more weights than it has');

type AddWeight = (
  this: tf.layers.Layer,
  name: string,
  shape: tf.Shape,
  dtype: tf.DataType | undefined,
  initializer: unknown,
  ...rest: unknown[]
) => tf.LayerVariable;

/**
 * Build the layers that an untrusted file describes: a layer of 2,000,000,000 units is refused before tfjs allocates its
 * weights. Initializers are not run, and every weight starts at 0: its value is in the file.
 *
 * @param numbers largest number of elements of all weights together
 * @param work builds them, now or later; other work of the process meanwhile is not limited. Where it fails, the weights that
 *   were made are disposed
 * @throws {UserError} that names the layer that exceeds the limit
 *
 * @example
 * const model = await withWeightLimit(1e6, () => tf.loadLayersModel(handler));
 */
export async function withWeightLimit<T>(numbers: number, work: () => Promise<T>): Promise<T> {
  guardLayers();
  const made: tf.LayerVariable[] = [];
  try {
    return await limits.run({ left: numbers, made }, work);
  } catch (error) {
    for (const weight of made) weight.dispose();
    throw error;
  }
}

function guardLayers(): void {
  const prototype = tf.layers.Layer.prototype as unknown as { addWeight: AddWeight; [guarded]?: true };
  if (prototype[guarded]) return;
  const original = prototype.addWeight;
  prototype.addWeight = function (name, shape, dtype, initializer, ...rest) {
    const limit = limits.getStore();
    if (!limit) return original.call(this, name, shape, dtype, initializer, ...rest);
    limit.left -= shape.reduce<number>((product, side) => product * (side ?? Number.NaN), 1);
    if (!(limit.left >= 0)) {
      throw new UserError(`layer '${this.name}' wants a ${name} of [${shape}], more than the file has weights for`);
    }
    const weight = original.call(this, name, shape, dtype, tf.initializers.zeros(), ...rest);
    limit.made.push(weight);
    return weight;
  };
  prototype[guarded] = true;
}
