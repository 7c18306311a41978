import { checkNumber, withDefaults } from '../core/options';
import type { tf } from '../tensorflow';
import type { LayerBlock } from './selectLayers';

/** What a learning rate can be. */
export const RATE_RANGE = { min: 0 };
/** What the factor between the learning rates of neighbouring blocks can be. */
export const DECAY_RANGE = { min: 0, max: 1 };

export interface LearningRatesOptions {
  /** of the new layers, such as the head; default 1e-3 */
  head?: number;
  /** of the highest block of the backbone; default 1e-5 */
  backbone?: number;
  /** each block below trains at this part of the rate of the one above; default 1: all at the same */
  decay?: number;
}

/**
 * Learning rates for new layers and pre-trained ones: high and low, and lower from block to block towards the picture, where
 * features are general already (discriminative rates: Howard and Ruder 2018, ULMFiT; layer-wise decay: Clark et al. 2020).
 *
 * @param blocks of the backbone, from the picture upwards
 * @returns groups for `fit`: 'head', and one for each block that has something to train
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
