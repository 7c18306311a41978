import { UserError } from '../core/errors';
import { withDefaults } from '../core/options';
import { isBatchNormalization, keepInInferenceMode, type tf } from '../tensorflow';
import { type LayerBlock, type LayerSelection, selectLayers } from './selectLayers';

/** Options of `freeze`. */
export interface FreezeOptions {
  /** Blocks of layers that can be selected by their names, such as `backbone.blockLayers`. Default: none. */
  blocks?: readonly LayerBlock[];
}

/** Options of `unfreeze`. */
export interface UnfreezeOptions extends FreezeOptions {
  /**
   * How batch normalization in these layers runs during training. 'inference' keeps the moving statistics of pre-training and
   * trains only scale and offset; 'training' normalizes with the statistics of each batch and updates the moving statistics, which
   * needs large batches. Default: 'inference'.
   */
  batchNormalization?: 'inference' | 'training';
}

/**
 * Freeze layers of a model: training changes neither their weights nor the moving statistics of their batch normalization.
 *
 * @param model changed in place
 * @param selection which layers
 * @returns the names of the layers that were selected
 * @throws {UserError} when the model has no such layer or block
 *
 * @example
 * ```ts
 * import { freeze, loadBackbone } from 'tunebook';
 *
 * const { model, blockLayers } = await loadBackbone('mobilenet-v1-0.25', { inputSize: 96, weights: 'none' });
 * freeze(model, { upTo: 'conv1' }, { blocks: blockLayers }).length; // => 4
 * ```
 */
export function freeze(model: tf.LayersModel, selection: LayerSelection, options?: FreezeOptions): string[] {
  const { blocks } = withDefaults<Required<FreezeOptions>>('freeze', options, { blocks: [] });
  const layers = selectLayers(model, selection, blocks);
  for (const layer of layers) setTrainable(layer, false);
  return layers.map(({ name }) => name);
}

/**
 * Unfreeze layers of a model: training changes their weights again.
 *
 * @param model changed in place
 * @param selection which layers
 * @returns the names of the layers that were selected
 * @throws {UserError} when the model has no such layer or block
 *
 * @example
 * ```ts
 * import { loadBackbone, unfreeze } from 'tunebook';
 *
 * const { model, blockLayers } = await loadBackbone('mobilenet-v1-0.25', { inputSize: 96, weights: 'none' });
 * unfreeze(model, { from: 'block13' }, { blocks: blockLayers });
 * model.trainableWeights.length; // => 6
 * ```
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

/** TensorFlow.js passes `trainable` of a nested model to its weights only; its layers need it, too. */
function setTrainable(layer: tf.layers.Layer, trainable: boolean): void {
  for (const inner of innerLayers(layer)) inner.trainable = trainable;
  layer.trainable = trainable;
}

function innerLayers(layer: tf.layers.Layer): tf.layers.Layer[] {
  const { layers } = layer as unknown as { layers?: tf.layers.Layer[] };
  return layers ? layers.flatMap(innerLayers) : [layer];
}
