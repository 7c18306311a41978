import { UserError } from '../core/errors';
import { checkNumber } from '../core/options';
import type { tf } from '../tensorflow';

/** Consecutive layers of a network that are frozen or trained together. */
export interface LayerBlock {
  /** Name of the block, such as 'block13'. */
  name: string;
  /** Names of its layers. */
  layers: readonly string[];
}

/** Which layers of a model are meant, counted from the input. */
export type LayerSelection =
  | 'all'
  | {
      /** The first layers, up to this fraction of those that have weights, 0 to 1. */
      fraction: number;
    }
  | {
      /** Layers or blocks by name. */
      names: readonly string[];
    }
  | {
      /** All layers up to this layer or block, which is included. */
      upTo: string;
    }
  | {
      /** This layer or block, and all layers after it. */
      from: string;
    };

/**
 * Find the layers that a selection means, in the order of the model.
 *
 * @param blocks that can be selected by their names
 * @throws {UserError} when a name is neither that of a layer nor of a block, or the fraction is outside 0 to 1
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
