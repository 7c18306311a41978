import { existsSync, readFileSync } from 'node:fs';
import { UserError } from '../errors';
import { sha256 } from '../files';
import { withDefaults } from '../options';
import { tf } from '../tensorflow';
import { type Block, buildArchitecture } from './architectures';
import { type BackboneEntry, backboneEntry, weightsFile } from './registry';
import { matchWeights, weightsOf } from './weights/matchWeights';
import { type NamedArray, readSafetensors } from './weights/safetensors';

/** A pre-trained network, ready to use. */
export interface Backbone {
  entry: BackboneEntry;
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
  /** side of the square input in pixels; default: what the weights were trained at */
  inputSize?: number;
}

/**
 * Load a backbone with its ImageNet weights, frozen.
 *
 * @throws {UserError} on an unknown name, or when the weights are missing or do not fit the architecture
 */
export async function loadBackbone(name: string, options?: LoadBackboneOptions): Promise<Backbone> {
  const entry = backboneEntry(name);
  const { includeTop, inputSize } = withDefaults('loadBackbone', options, {
    includeTop: false,
    inputSize: entry.preprocessing.inputSize,
  });
  const file = weightsFile(entry);
  if (!existsSync(file)) {
    throw new UserError(
      `the weights of ${entry.title} are not in the cache: run \`npm run setup\` in the project folder`,
    );
  }
  const { model, blocks } = buildArchitecture(name, { includeTop, inputSize });
  assignWeights(model, readSafetensors(file).arrays, file);
  for (const layer of model.layers) layer.trainable = false;
  const preprocessing = { ...entry.preprocessing, inputSize };
  return {
    entry: { ...entry, preprocessing },
    model,
    includeTop,
    blocks: blocks.map((block) => block.name),
    blockLayers: blocks,
    weightsHash: sha256(readFileSync(file)),
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
