import { arquero } from '../core/arquero';
import type { ColumnTable } from '../core/columnTable';
import { withDefaults } from '../core/options';
import { isBatchNormalization, runsInInferenceMode, type tf } from '../tensorflow';
import type { LayerBlock } from './selectLayers';

export interface LayerTableOptions {
  /** of the layers that are in no group; default 1e-3 */
  learningRate?: number;
  /** layers with learning rates of their own */
  groups?: readonly { layers: readonly string[]; learningRate: number }[];
  /** names that stand for several layers, such as `backbone.blockLayers`: they give a column `block` */
  blocks?: readonly LayerBlock[];
}

/**
 * What of a model trains: one row a layer, with type, output shape, number of parameters, how many of them train, whether the
 * layer is frozen, and the learning rate it trains at. `mode` says how a batch normalization runs in training.
 *
 * @example
 * layerTable(model, { blocks: backbone.blockLayers }).filter((row) => row.trainable > 0).print();
 */
export function layerTable(model: tf.LayersModel, options?: LayerTableOptions): ColumnTable {
  const { learningRate, groups, blocks } = withDefaults<Required<LayerTableOptions>>('layerTable', options, {
    learningRate: 1e-3,
    groups: [],
    blocks: [],
  });
  const rateOf = new Map(
    groups.flatMap(({ layers, learningRate: rate }) => layers.map((name) => [name, rate] as const)),
  );
  const blockOf = new Map(blocks.flatMap(({ name, layers }) => layers.map((layer) => [layer, name] as const)));
  const { layers } = model;
  const trainable = layers.map((layer) => count(layer.trainableWeights));
  return arquero.table({
    ...(blocks.length > 0 && { block: layers.map(({ name }) => blockOf.get(name) ?? null) }),
    layer: layers.map(({ name }) => name),
    type: layers.map((layer) => layer.getClassName()),
    shape: layers.map((layer) => JSON.stringify(shapeOf(layer))),
    parameters: layers.map((layer) => count(layer.weights)),
    trainable,
    frozen: layers.map((layer, i) => layer.weights.length > 0 && trainable[i] === 0),
    mode: layers.map((layer) =>
      isBatchNormalization(layer) ? (runsInInferenceMode(layer) ? 'inference' : 'training') : null,
    ),
    learningRate: layers.map(({ name }, i) => (trainable[i]! > 0 ? (rateOf.get(name) ?? learningRate) : null)),
  });
}

const count = (weights: readonly { shape: readonly (number | null)[] }[]): number =>
  weights.reduce((sum, { shape }) => sum + shape.reduce<number>((product, side) => product * (side ?? 1), 1), 0);

/** Of one example. A layer that is used several times shows the first. */
function shapeOf(layer: tf.layers.Layer): unknown {
  const node = (layer.inboundNodes as unknown as { outputShapes: (number | null)[] | (number | null)[][] }[])[0];
  const shape = node?.outputShapes ?? [];
  return (Array.isArray(shape[0]) ? shape[0] : (shape as (number | null)[])).slice(1);
}
