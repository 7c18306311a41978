import { shown, UserError } from '../core/errors';
import { tf } from '../tensorflow';
import type { BackboneEntry } from './backboneEntry';
import { customLayers } from './layers';

/**
 * How feature maps become features: the average or the maximum of each channel, both one after the other, or their generalized mean.
 */
export type Pooling = 'average' | 'max' | 'both' | 'generalized-mean';

/**
 * The ways of pooling: 'average' (Lin, Chen and Yan 2014), 'max', 'both' (the maximum and the average of each channel: Howard and Gugger
 * 2020, fastai), 'generalized-mean' (with the power 3: Radenović et al. 2018).
 *
 * @example
 * ```ts
 * import { models } from 'tunebook';
 * models.poolings; // => [ 'average', 'max', 'both', 'generalized-mean' ]
 * ```
 */
export const poolings: readonly Pooling[] = ['average', 'max', 'both', 'generalized-mean'];

type Layer = tf.layers.Layer;

/** @throws {UserError} that lists the ways of pooling, unless `pooling` is one of them */
export function checkPooling(caller: string, pooling: unknown): void {
  if (!poolings.includes(pooling as Pooling)) {
    throw new UserError(`${caller}: pooling is one of ${poolings.join(', ')}, got ${shown(pooling)}`);
  }
}

/** The entry of a backbone whose feature maps are pooled so: with both poolings it gives twice as many features. */
export const pooledEntry = <Entry extends BackboneEntry>(entry: Entry, pooling: Pooling): Entry =>
  pooling === 'both' ? { ...entry, features: 2 * entry.features } : entry;

/**
 * A backbone without classifier that pools its feature maps in another way. What follows its pooling, such as the normalization of
 * ConvNeXt, follows each of the new ones, with copies of its weights.
 *
 * @param backbone `[batch, size, size, channels]` to features that are averages; its layers are shared, its last ones replaced
 * @returns the same pictures to features, for 'both' twice as many: the maxima and then the averages
 */
export function poolFeatures(backbone: tf.LayersModel, pooling: Pooling): tf.LayersModel {
  if (pooling === 'average') return backbone;
  const place = backbone.layers.map((layer) => layer.getClassName()).lastIndexOf('GlobalAveragePooling2D');
  const pool = backbone.layers[place];
  if (!pool) throw new UserError(`'${backbone.name}' has no average pooling, which pooling '${pooling}' would replace`);
  const rest = backbone.layers.slice(place + 1);
  const chain = (layer: Layer, suffix = '') =>
    rest.reduce((x, next) => copyOf(next, suffix, x), layer.apply(pool.input) as tf.SymbolicTensor);
  const { name } = pool;
  let output: tf.SymbolicTensor;
  if (pooling === 'both') {
    const max = chain(tf.layers.globalMaxPooling2d({ name: `${name}_max` }), '_max');
    const average = chain(tf.layers.globalAveragePooling2d({ name }));
    output = tf.layers.concatenate({ name: `${name}_both` }).apply([max, average]) as tf.SymbolicTensor;
  } else {
    const max = pooling === 'max';
    output = chain(max ? tf.layers.globalMaxPooling2d({ name }) : new customLayers.GeneralizedMeanPooling2D({ name }));
  }
  const model = tf.model({ inputs: backbone.inputs, outputs: output, name: backbone.name });
  for (const layer of rest) layer.dispose();
  return model;
}

/** A layer like another one, with a copy of its weights, applied to `x`. */
function copyOf(layer: Layer, suffix: string, x: tf.SymbolicTensor): tf.SymbolicTensor {
  const { fromConfig } = layer.constructor as unknown as { fromConfig(type: unknown, config: object): Layer };
  const config = { ...layer.getConfig(), name: layer.name + suffix };
  const copy = fromConfig.call(layer.constructor, layer.constructor, config);
  const output = copy.apply(x) as tf.SymbolicTensor;
  copy.setWeights(layer.getWeights());
  return output;
}
