import { checkNumber, withDefaults } from '../core/options';
import type { tf } from '../tensorflow';
import type { LayerBlock } from './selectLayers';

/** What a learning rate can be. */
export const RATE_RANGE = { min: 0 };
/** What the factor between the learning rates of neighbouring blocks can be. */
export const DECAY_RANGE = { min: 0, max: 1 };

/** Options of `learningRateGroups`. */
export interface LearningRatesOptions {
  /** Learning rate of layers that belong to no block, such as the head. Default: 1e-3. */
  head?: number;
  /** Learning rate of the block nearest to the head. Default: 1e-5. */
  backbone?: number;
  /** Learning rate of a block divided by that of the next block towards the head, 0 to 1. Default: 1, the same rate for all blocks. */
  decay?: number;
}

/**
 * Give new layers a high learning rate and pre-trained layers a low one, lower from block to block towards the input, where
 * features are general (discriminative learning rates: Howard and Ruder 2018, ULMFiT; layer-wise decay: Clark et al. 2020).
 *
 * @param model whose unfrozen layers get a learning rate
 * @param blocks of the backbone, from the input to the features: `backbone.blockLayers`
 * @returns groups for `fit` and `layerTable`: 'head', and one for each block in which something trains
 * @throws {UserError} when a learning rate is negative or the decay is outside 0 to 1
 *
 * @example
 * ```ts
 * import { attachHead, buildHead, learningRateGroups, loadBackbone, unfreeze } from 'tunebook';
 *
 * const { model, blockLayers } = await loadBackbone('mobilenet-v1-0.25', { inputSize: 96, weights: 'none' });
 * unfreeze(model, { from: 'block12' }, { blocks: blockLayers });
 * const groups = learningRateGroups(attachHead(model, buildHead(256, 3)), blockLayers, { backbone: 1e-4, decay: 0.5 });
 * groups.map(({ name, learningRate }) => `${name} ${learningRate}`); // => [ 'head 0.001', 'block12 0.00005', 'block13 0.0001' ]
 * ```
 */
export function learningRateGroups(
  model: tf.LayersModel,
  blocks: readonly LayerBlock[],
  options?: LearningRatesOptions,
): { name: string; layers: string[]; learningRate: number }[] {
  const { head, backbone, decay } = withDefaults<Required<LearningRatesOptions>>('learningRateGroups', options, {
    head: 1e-3,
    backbone: 1e-5,
    decay: 1,
  });
  checkNumber('learningRateGroups: head', head, RATE_RANGE);
  checkNumber('learningRateGroups: backbone', backbone, RATE_RANGE);
  checkNumber('learningRateGroups: decay', decay, DECAY_RANGE);
  const trained = new Set(
    model.layers.filter(({ trainableWeights }) => trainableWeights.length > 0).map(({ name }) => name),
  );
  const groups = blocks.map(({ name, layers }, i) => ({
    name,
    layers: layers.filter((layer) => trained.delete(layer)),
    learningRate: backbone * decay ** (blocks.length - 1 - i),
  }));
  return [{ name: 'head', layers: [...trained], learningRate: head }, ...groups].filter(
    ({ layers }) => layers.length > 0,
  );
}
