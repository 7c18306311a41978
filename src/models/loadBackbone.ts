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

/** A pre-trained network with its weights. */
export interface Backbone {
  /** What is known of it; `preprocessing.inputSize` is the size it was loaded at. */
  entry: BackboneEntry<BackboneName>;
  /** `[batch, size, size, 3]` to `[batch, features]`, or to `[batch, 1000]` logits with the classifier. All layers are frozen. */
  model: tf.LayersModel;
  /** Whether the model ends in the ImageNet classifier. */
  includeTop: boolean;
  /** Names of the blocks, from the input to the features. */
  blocks: string[];
  /** The blocks with the names of their layers, in the same order. */
  blockLayers: Block[];
  /** SHA-256 of the weights file, part of the key of cached features; '' without weights. */
  weightsHash: string;
}

/** Options of `loadBackbone`. */
export interface LoadBackboneOptions {
  /** Whether to keep the ImageNet classifier. Default: false. */
  includeTop?: boolean;
  /** Side of the square input in pixels, 32 to 4096. Default: the size that the weights were trained at. */
  inputSize?: number;
  /**
   * 'imagenet': the ImageNet weights, from the cache or downloaded once; 'none': constants, to be set afterwards; else the path of
   * a weights file in any format of `models.readWeights`. Default: 'imagenet'.
   */
  weights?: string;
  /** Receives the progress of a download. */
  listener?: Pick<Listener, 'onProgress'>;
}

/**
 * Load a backbone with its pre-trained weights. All its layers are frozen.
 *
 * @param name of a backbone in `backbones`
 * @throws {UserError} when the name or an option is unknown, when the model would not fit into memory at this input size, or when
 *   the weights cannot be found or do not fit the architecture
 *
 * @example
 * ```ts
 * import { loadBackbone } from 'tunebook';
 *
 * const { model, entry, blocks } = await loadBackbone('efficientnet-lite0', { inputSize: 160 });
 * model.inputs[0]?.shape; // => [ null, 160, 160, 3 ]
 * entry.features; // => 1280
 * ```
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
 * Set all weights of a model from arrays by the name 'layer/weight'. Nothing is set unless all fit.
 *
 * @param model changed in place
 * @param source name of the arrays' file for error messages
 * @throws {UserError} that names the first missing weight or the first wrong shape
 *
 * @example
 * ```ts
 * import { models } from 'tunebook';
 *
 * const { model } = models.buildArchitecture('mobilenet-v1-0.25', { inputSize: 96, includeTop: false });
 * const saved = await models.readWeights('model');
 * models.assignWeights(model, models.matchWeights(model, saved, 'model'), 'model');
 * ```
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
