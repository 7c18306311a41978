import { UserError } from '../core/errors';
import { checkNumber } from '../core/options';
import type { tf } from '../tensorflow';

/** A part of a network that is frozen or trained as one. */
export interface LayerBlock {
  name: string;
  /** names of its layers */
  layers: readonly string[];
}

/**
 * Layers of a model: all; a fraction of those with weights, counted from the picture; by name of layer or block; or all up to
 * a layer or block, or from one on.
 */
export type LayerSelection =
  | 'all'
  | { fraction: number }
  | { names: readonly string[] }
  | { upTo: string }
  | { from: string };

/**
 * The layers that a selection means, in the order of the model.
 *
 * @param blocks names that stand for several layers
 * @throws {UserError} on a name that is neither layer nor block, or a fraction outside 0 to 1
 */
export function selectLayers(
  model: tf.LayersModel,
  selection: LayerSelection,
  blocks: readonly LayerBlock[] = [],
): tf.layers.Layer[] {
  const { layers } = model;
  if (selection === 'all') return [...layers];
  if ('fraction' in selection) {
    checkNumber('fraction of the layers', selection.fraction, { min: 0, max: 1 });
    const weighted = layers.filter(({ weights }) => weights.length > 0);
    const last = weighted[Math.round(selection.fraction * weighted.length) - 1];
    return last ? layers.slice(0, layers.indexOf(last) + 1) : [];
  }
  const places = (name: string): number[] => {
    const block = blocks.find((candidate) => candidate.name === name);
    const names = new Set(block ? block.layers : [name]);
    const found = layers.flatMap((layer, i) => (names.has(layer.name) ? [i] : []));
    if (found.length > 0) return found;
    const known = blocks.length > 0 ? blocks.map((candidate) => candidate.name) : layers.map((layer) => layer.name);
    throw new UserError(`'${model.name}' has no layer or block '${name}'; it has ${known.join(', ')}`);
  };
  if ('upTo' in selection) return layers.slice(0, Math.max(...places(selection.upTo)) + 1);
  if ('from' in selection) return layers.slice(Math.min(...places(selection.from)));
  const chosen = new Set(selection.names.flatMap(places));
  return layers.filter((_, i) => chosen.has(i));
}
