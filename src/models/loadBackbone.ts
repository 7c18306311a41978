import { readFileSync } from 'node:fs';
import { UserError } from '../core/errors';
import { sha256 } from '../core/files';
import type { Listener } from '../core/listener';
import { checkNumber, withDefaults } from '../core/options';
import { tf } from '../tensorflow';
import { architectureOf, type BackboneData, type BackboneSource, checkBackbone } from './backboneData';
import type { BackboneEntry } from './backboneEntry';
import { buildArchitecture } from './buildArchitecture';
import type { BackboneName } from './families';
import { fitChannels } from './fitChannels';
import { type FittedNetwork, fitNetwork } from './fitNetwork';
import { checkModelSize } from './modelSize';
import { type Block, INPUT_SIZE } from './network';
import { checkPooling, type Pooling, pooledEntry, poolFeatures } from './pooling';
import { backboneEntry, familyMember } from './registry';
import { findImagenetWeights } from './weights/findWeights';
import { locateWeights, type WeightsSearch } from './weights/locateWeights';
import { matchWeights } from './weights/matchWeights';
import { readWeights } from './weights/readWeights';
import { type NamedArray, parseSafetensors } from './weights/safetensors';
import type { SavedWeights } from './weights/savedWeights';
import { weightsOf } from './weights/slots';

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
  /**
   * Whether mean and deviation of the channels depend on the pictures, as of a satellite's bands: `features.withChannelStatistics` measures
   * them, or converts them to the values that the pictures are read with. Default: they are known.
   */
  unknownStatistics?: boolean;
  /** SHA-256 of the weights file, part of the key of cached features; '' without weights. */
  weightsHash: string;
}

/** Options of `loadBackbone`. */
export interface LoadBackboneOptions {
  /** Whether to keep the classifier. Default: false. */
  includeTop?: boolean;
  /** Side of the square input in pixels, 32 to 4096. Default: the size that the weights were trained at. */
  inputSize?: number;
  /**
   * 'imagenet': the ImageNet weights, from the cache or downloaded once; 'none': constants, to be set afterwards; else a file in any
   * format of `models.readWeights`, an https address, `hf://OWNER/MODEL` on Hugging Face's hub, or the folder of a run. Default:
   * 'imagenet'.
   */
  weights?: string;
  /** How feature maps become features. Default: 'average', as in the networks with their classifiers. */
  pooling?: Pooling;
  /** Number of channels of the pictures; see `BackboneData`. Default: 3. */
  inputChannels?: number;
  /** Where to look for a file of weights that is not there any more: its SHA-256, and folders. Default: nowhere. */
  search?: WeightsSearch;
  /** Receives the progress of a download. */
  listener?: Pick<Listener, 'onProgress'>;
}

/** A head of 22,000 classes takes this many numbers for each feature: weights of larger data sets than ImageNet-1k have one. */
const MOST_CLASSES = 25_000;

/**
 * Load a backbone with its pre-trained weights. All its layers are frozen.
 *
 * Files of PyTorch's libraries get the network that these libraries build, and its preprocessing: ResNet-50 with the strides of
 * version 1.5, for instance.
 *
 * @param backbone a name in `backbones`, `hf://OWNER/MODEL`, or an architecture with weights of your own
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
export async function loadBackbone(backbone: BackboneSource, options?: LoadBackboneOptions): Promise<Backbone> {
  const checked = checkBackbone('loadBackbone', backbone);
  const given: Partial<BackboneData> = typeof checked === 'string' ? {} : checked;
  const name = architectureOf(checked);
  const entry = backboneEntry(name);
  const { includeTop, inputSize, weights, pooling, inputChannels, search, listener } = withDefaults<
    Required<Omit<LoadBackboneOptions, 'search' | 'inputSize'>> & Pick<LoadBackboneOptions, 'search' | 'inputSize'>
  >('loadBackbone', options, {
    includeTop: false,
    inputSize: undefined,
    weights: given.weights ?? 'imagenet',
    pooling: 'average',
    inputChannels: given.inputChannels ?? 3,
    search: undefined,
    listener: {},
  });
  const sides = { ...INPUT_SIZE, min: entry.smallestInput ?? INPUT_SIZE.min, integer: true };
  if (inputSize !== undefined) checkNumber('inputSize', inputSize, sides);
  checkPooling('loadBackbone', pooling);
  if (includeTop && pooling !== 'average')
    throw new UserError(
      `loadBackbone: the classifier takes averages, not pooling '${pooling}': leave out one of the two`,
    );
  const source =
    weights === 'imagenet' || weights === 'none' ? undefined : await locateWeights(weights, { search, listener });
  const prepared = { ...source?.preprocessing, ...given.preprocessing };
  const side = checkNumber('inputSize', inputSize ?? prepared.inputSize ?? entry.preprocessing.inputSize, sides);
  const architectureOptions = { includeTop, inputSize: side, inputChannels };
  let weightsHash = source?.sha256 ?? '';
  let fitted: FittedNetwork | undefined;
  if (weights === 'none') {
    fitted = {
      architecture: buildArchitecture(name, architectureOptions),
      arrays: new Map(),
      preprocessing: entry.preprocessing,
    };
  } else {
    // arrays take four bytes a parameter: a file that needs more is not one of this model
    const limit = 5 * entry.parameters + 4 * MOST_CLASSES * entry.features;
    const file = source?.file ?? (await findImagenetWeights(entry, { includeTop, listener }));
    let saved: SavedWeights;
    if (source) saved = await readWeights(file, limit);
    else {
      const bytes = readFileSync(file);
      weightsHash = sha256(bytes);
      saved = { kind: 'named', arrays: parseSafetensors(bytes, file).arrays, known: true };
    }
    fitted = fitNetwork(familyMember(name), saved, architectureOptions, file, source?.hint ?? '');
    if (source) checkFinite(fitted, file);
  }
  const { architecture, arrays } = fitted;
  const { blocks } = architecture;
  let { model } = architecture;
  try {
    checkModelSize(model, `${name} at ${side} pixels: `);
    if (weights !== 'none') assignWeights(model, arrays, source?.file ?? name);
    model = poolFeatures(model, pooling);
  } catch (error) {
    model.dispose();
    throw error;
  }
  for (const layer of model.layers) layer.trainable = false;
  const { preprocessing: known, unknown } = fitChannels(
    { ...fitted.preprocessing, ...source?.preprocessing },
    inputChannels,
  );
  const preprocessing = { ...known, ...given.preprocessing, inputSize: side };
  return {
    entry: pooledEntry({ ...entry, preprocessing }, pooling),
    model,
    includeTop,
    blocks: blocks.map((block) => block.name),
    blockLayers: blocks,
    ...(((unknown && !(given.preprocessing?.mean && given.preprocessing.std)) || preprocessing.range) && {
      unknownStatistics: true,
    }),
    weightsHash,
  };
}

/** @throws {UserError} that names the first array with a value that is not finite: the network would give the same for any picture */
function checkFinite({ architecture, arrays }: FittedNetwork, source: string): void {
  for (const [name, { data }] of arrays) {
    const wrong = data.find((value) => !Number.isFinite(value));
    if (wrong === undefined) continue;
    architecture.model.dispose();
    throw new UserError(
      `${source} has ${wrong} in '${name}': its training diverged, or its numbers were too large for half precision; take other weights`,
    );
  }
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
