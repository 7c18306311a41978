import { UserError } from '../core/errors';
import { withDefaults } from '../core/options';
import { isBatchNormalization, keepInInferenceMode, type tf } from '../tensorflow';
import { type LayerBlock, type LayerSelection, selectLayers } from './selectLayers';

export interface FreezeOptions {
  /** names that stand for several layers, such as `backbone.blockLayers` */
  blocks?: readonly LayerBlock[];
}

export interface UnfreezeOptions extends FreezeOptions {
  /**
   * How batch normalization of these layers runs in training: 'inference', the default, keeps the statistics of pre-training
   * and trains only scale and offset; 'training' uses and learns those of the batches, which should be large then.
   */
  batchNormalization?: 'inference' | 'training';
}

/**
 * Freeze layers: training leaves their weights and moving statistics as they are, to the last bit.
 *
 * @returns the names of the layers
 * @throws {UserError} on a layer or block that the model does not have
 *
 * @example
 * freeze(model, { upTo: 'block5a' }, { blocks: backbone.blockLayers });
 */
export function freeze(model: tf.LayersModel, selection: LayerSelection, options?: FreezeOptions): string[] {
  const { blocks } = withDefaults<Required<FreezeOptions>>('freeze', options, { blocks: [] });
  const layers = selectLayers(model, selection, blocks);
  for (const layer of layers) setTrainable(layer, false);
  return layers.map(({ name }) => name);
}

/**
 * Unfreeze layers: training changes their weights again.
 *
 * @returns the names of the layers
 * @throws {UserError} on a layer or block that the model does not have
 *
 * @example
 * unfreeze(model, { from: 'block6a' }, { blocks: backbone.blockLayers, batchNormalization: 'inference' });
 */
export function unfreeze(model: tf.LayersModel, selection: LayerSelection, options?: UnfreezeOptions): string[] {
  const { blocks, batchNormalization } = withDefaults<Required<UnfreezeOptions>>('unfreeze', options, {
    blocks: [],
    batchNormalization: 'inference',
  });
  if (batchNormalization !== 'inference' && batchNormalization !== 'training') {
    throw new UserError(
      `unfreeze: batchNormalization is 'inference' or 'training', got '${String(batchNormalization)}'`,
    );
  }
  const layers = selectLayers(model, selection, blocks);
  for (const layer of layers) {
    setTrainable(layer, true);
    for (const inner of innerLayers(layer)) {
      if (isBatchNormalization(inner)) keepInInferenceMode(inner, batchNormalization === 'inference');
    }
  }
  return layers.map(({ name }) => name);
}

/** In tfjs a model inside a model hands `trainable` on to its weights only; its layers must know, too. */
function setTrainable(layer: tf.layers.Layer, trainable: boolean): void {
  for (const inner of innerLayers(layer)) inner.trainable = trainable;
  layer.trainable = trainable;
}

function innerLayers(layer: tf.layers.Layer): tf.layers.Layer[] {
  const { layers } = layer as unknown as { layers?: tf.layers.Layer[] };
  return layers ? layers.flatMap(innerLayers) : [layer];
}
