import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { hashOfFile } from '../core/download';
import { sha256 } from '../core/files';
import type { Listener } from '../core/listener';
import { checkNumber, withDefaults } from '../core/options';
import { tf } from '../tensorflow';
import type { BackboneEntry } from './backboneEntry';
import { buildArchitecture } from './buildArchitecture';
import type { BackboneName } from './families';
import { checkModelSize } from './modelSize';
import { type Block, INPUT_SIZE } from './network';
import { backboneEntry, familyMember } from './registry';
import { findImagenetWeights } from './weights/findWeights';
import { matchWeights, weightsOf } from './weights/matchWeights';
import { readWeights } from './weights/readWeights';
import { type NamedArray, parseSafetensors } from './weights/safetensors';

/** A pre-trained network, ready to use. */
export interface Backbone {
  entry: BackboneEntry<BackboneName>;
  /** frozen; [batch, size, size, 3] to [batch, features], or to [batch, 1000] logits with the top */
  model: tf.LayersModel;
  includeTop: boolean;
  /** block names from the picture to the features */
  blocks: string[];
  /** which layers each block is made of, in the same order */
  blockLayers: Block[];
  /** SHA-256 of the weights file: part of every key under which features are cached */
  weightsHash: string;
}

export interface LoadBackboneOptions {
  /** keep the ImageNet classifier; default false */
  includeTop?: boolean;
  /** side of the square input in pixels, 32 to 4096; default: what the weights were trained at */
  inputSize?: number;
  /**
   * 'imagenet' (default): from the cache, or fetched once; 'none': all constants, for who sets them next; else a file of
   * weights in any format that is read
   */
  weights?: string;
  /** hears how far a download is */
  listener?: Pick<Listener, 'onProgress'>;
}

/**
 * Load a backbone with its pre-trained weights, frozen.
 *
 * @throws {UserError} on an unknown name, on an input size at which it would not fit into memory, or when the weights are
 *   missing or do not fit the architecture
 *
 * @example
 * const { model, blocks } = await loadBackbone('efficientnet-lite0', { inputSize: 160 });
 */
export async function loadBackbone(name: BackboneName, options?: LoadBackboneOptions): Promise<Backbone> {
  const entry = backboneEntry(name);
  const { fromTorch } = familyMember(name);
  const { includeTop, inputSize, weights, listener } = withDefaults('loadBackbone', options, {
    includeTop: false,
    inputSize: entry.preprocessing.inputSize,
    weights: 'imagenet',
    listener: {} as Pick<Listener, 'onProgress'>,
  });
  checkNumber('inputSize', inputSize, { ...INPUT_SIZE, integer: true });
  const { model, blocks } = buildArchitecture(name, { includeTop, inputSize });
  let weightsHash = '';
  try {
    checkModelSize(model, `${name} at ${inputSize} pixels: `);
    const file = weights === 'imagenet' ? await findImagenetWeights(entry, { includeTop, listener }) : weights;
    if (weights === 'imagenet') {
      const bytes = readFileSync(file);
      weightsHash = sha256(bytes);
      assignWeights(model, parseSafetensors(bytes, file).arrays, file);
    } else if (weights !== 'none') {
      // arrays take four bytes a parameter: a file that needs more is not one of this model
      const saved = await readWeights(file, 5 * entry.parameters);
      assignWeights(model, matchWeights(model, saved, file, fromTorch), file);
      weightsHash = await hashOfFile(statSync(file).isDirectory() ? join(file, 'model.json') : file, 'sha256');
    }
  } catch (error) {
    model.dispose();
    throw error;
  }
  for (const layer of model.layers) layer.trainable = false;
  const preprocessing = { ...entry.preprocessing, inputSize };
  return {
    entry: { ...entry, preprocessing },
    model,
    includeTop,
    blocks: blocks.map((block) => block.name),
    blockLayers: blocks,
    weightsHash,
  };
}

/**
 * Set every weight of a model from arrays named 'layer/weight'. All are compared before one is set.
 *
 * @throws {UserError} that names the first missing weight or the first wrong shape
 */
export function assignWeights(model: tf.LayersModel, arrays: ReadonlyMap<string, NamedArray>, source: string): void {
  const found = matchWeights(model, { kind: 'named', arrays: new Map(arrays) }, source);
  const names = weightsOf(model);
  tf.tidy(() => {
    model.layers
      .filter((layer) => layer.weights.length > 0)
      .forEach((layer, i) => {
        const values = names[i]!.map(({ name }) => found.get(`${layer.name}/${name}`)!);
        layer.setWeights(values.map(({ data, shape }) => tf.tensor(data, shape, 'float32')));
      });
  });
}
