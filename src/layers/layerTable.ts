import { arquero } from '../core/arquero';
import type { ColumnTable } from '../core/columnTable';
import { withDefaults } from '../core/options';
import { isBatchNormalization, runsInInferenceMode, type tf } from '../tensorflow';
import type { LayerBlock } from './selectLayers';

/** Options of `layerTable`. */
export interface LayerTableOptions {
  /** Learning rate of layers that are in no group. Default: 1e-3. */
  learningRate?: number;
  /** Groups of layers with their own learning rate, as `learningRateGroups` returns them. Default: none. */
  groups?: readonly { layers: readonly string[]; learningRate: number }[];
  /** Blocks of the backbone, such as `backbone.blockLayers`, for a column `block`. Default: no such column. */
  blocks?: readonly LayerBlock[];
}

/**
 * List the layers of a model, and which of them train: an arquero table with one row for each layer.
 *
 * Columns: `block` (with the option `blocks`), `layer`, `type`, `shape` of the output of one example, `parameters`, `trainable` (how many of
 * the parameters are), `frozen` (it has weights and none trains), `mode` of batch normalization in training ('inference' or
 * 'training', null for other layers), and `learningRate` (null where nothing trains).
 *
 * @throws {UserError} when an option is unknown
 *
 * @example
 * ```ts
 * import { buildHead, layerTable } from 'tunebook';
 *
 * const table = layerTable(buildHead(1280, 5));
 * table.select('layer', 'parameters').objects(); // => [ { layer: 'dropout', parameters: 0 }, { layer: 'logits', parameters: 6405 } ]
 * ```
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
