import * as tf from '#tfjs';
import { once } from '../../core/lazyModule';
import { tensorOf } from '../layerInput';

interface DropoutLayer extends tf.layers.Layer {
  rate: number;
  /** shape of the mask, which is broadcast along axes of size 1; null: the size of the input */
  noiseShape?: (number | null)[];
  call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor | tf.Tensor[];
}

interface NativeBackend {
  binding: { TF_ATTR_TYPE: number; TF_FLOAT: number; TF_INT32: number };
  executeSingleOutput(name: string, attributes: object[], inputs: tf.TensorInfo[]): tf.Tensor;
}

/** Seed of each layer with repeatable masks, and the number of masks drawn. */
const seeded = new WeakMap<tf.layers.Layer, { seed: number; masks: number }>();
/** while {@link withDropoutSeed} works: the seed, and how many masks were drawn of it */
let current: { seed: tf.Tensor1D; masks: number } | undefined;
const repaired = Symbol('tunebook: seeded dropout draws a new mask at every call');

/** The prototype that all layers of this class share; asking for it loads TensorFlow. */
const prototype = once(
  () => Object.getPrototypeOf(tf.layers.dropout({ rate: 0.5 })) as DropoutLayer & { [repaired]?: true },
);

/**
 * Make dropout repeatable (Srivastava et al. 2014), by {@link withDropoutSeed} or {@link seedDropout}.
 *
 * tfjs 4.22 has two kinds of dropout: without a seed, different in every run; with a seed, the same mask in every batch,
 * which is no dropout but a smaller network. It refuses a noise shape, which stochastic depth needs (Huang et al. 2016:
 * the whole branch of a picture or none of it). Both draw in JavaScript, which a recorded graph cannot repeat.
 */
export function repairDropout(): void {
  if (prototype()[repaired]) return;
  const original = prototype().call;
  prototype().call = function (this: DropoutLayer, inputs, kwargs) {
    const state = seeded.get(this);
    const noise = this.noiseShape ?? undefined;
    if (!kwargs.training || !(this.rate > 0)) return original.call(this, inputs, kwargs);
    const input = tensorOf(inputs);
    if (!state && !current) {
      if (!noise) return original.call(this, inputs, kwargs);
      const shape = noise.map((size, axis) => size ?? input.shape[axis]!);
      return tf.dropout(input, this.rate, shape);
    }
    return tf.tidy(() => {
      const seed = current
        ? current.seed.add(tf.tensor1d([0, current.masks++], 'int32'))
        : tf.tensor1d([state!.seed, state!.masks++], 'int32');
      const origin = input.shape.map(() => 0);
      const like = noise
        ? input.slice(
            origin,
            noise.map((size) => size ?? -1),
          )
        : input;
      return dropped(input, this.rate, seed as tf.Tensor1D, like);
    });
  };
  prototype()[repaired] = true;
}

/**
 * The input with a random part set to 0 and the rest scaled up. The mask has the shape of `like`, and depends on the seed,
 * int32 [2], alone.
 */
function dropped(input: tf.Tensor, rate: number, seed: tf.Tensor1D, like: tf.Tensor): tf.Tensor {
  const keep = statelessUniform(like, seed).greaterEqual(rate).toFloat();
  return input.mul(keep.div(1 - rate));
}

/** Uniform numbers in [0, 1) of another tensor's shape, by TensorFlow's counter-based generator (Salmon et al. 2011). */
function statelessUniform(like: tf.Tensor, seed: tf.Tensor1D): tf.Tensor {
  const native = tf.backend() as unknown as NativeBackend;
  const { TF_ATTR_TYPE, TF_FLOAT, TF_INT32 } = native.binding;
  const type = (name: string, value: number) => ({ name, type: TF_ATTR_TYPE, value });
  const shape = native.executeSingleOutput('Shape', [type('T', TF_FLOAT), type('out_type', TF_INT32)], [like]);
  const attributes = [type('dtype', TF_FLOAT), type('T', TF_INT32), type('Tseed', TF_INT32)];
  return native.executeSingleOutput('StatelessRandomUniform', attributes, [shape, seed]);
}

/**
 * Run work in which all dropout layers draw their masks from one seed, int32 [2]. Layers get different masks, and the same
 * seed gives the same masks. The seed is a tensor, so that a recorded training step takes it as an input.
 */
export function withDropoutSeed<T>(seed: tf.Tensor1D, work: () => T): T {
  const before = current;
  current = { seed, masks: 0 };
  try {
    return work();
  } finally {
    current = before;
  }
}

/** Restart the dropout layers of a model from a seed: the same seed gives the same sequence of masks. */
export function seedDropout(model: tf.LayersModel, seed: number): void {
  model.layers.forEach((layer, index) => {
    if (layer instanceof prototype().constructor) seeded.set(layer, { seed: seed * 1009 + index, masks: 0 });
  });
}
