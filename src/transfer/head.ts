import { checkNumber, withDefaults } from '../options';
import { tf } from '../tensorflow';

export interface HeadOptions {
  /** part of the features that is dropped in training (Srivastava et al. 2014) */
  dropout?: number;
  /** decides the first weights */
  seed?: number;
}

/**
 * A head: dropout and one dense layer from pooled features to logits.
 *
 * @param features length of the feature vector
 * @param classes number of classes
 * @returns [batch, features] to [batch, classes]
 */
export function buildHead(features: number, classes: number, options?: HeadOptions): tf.LayersModel {
  const { dropout, seed } = withDefaults('buildHead', options, { dropout: 0.2, seed: 0 });
  checkNumber('buildHead: dropout', dropout, { min: 0, max: 0.99 });
  checkNumber('buildHead: classes', classes, { min: 2, integer: true });
  return tf.sequential({
    name: 'head',
    layers: [
      tf.layers.dropout({ name: 'dropout', rate: dropout, inputShape: [features] }),
      tf.layers.dense({
        name: 'logits',
        units: classes,
        kernelInitializer: tf.initializers.glorotUniform({ seed }),
      }),
    ],
  });
}
