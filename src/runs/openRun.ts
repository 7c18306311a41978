import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../core/errors';
import {
  architectureOf,
  type Backbone,
  backboneEntry,
  checkBackbone,
  loadTfjsModel,
  type Preprocessing,
  pooledEntry,
} from '../models';
import type { tf } from '../tensorflow';
import { backboneOf, checkSetting } from '../training';
import { PictureModel } from './pictureModel';
import { type RunConfiguration, readConfiguration, runError } from './readConfiguration';

/**
 * The model of a saved run, loaded into memory, with the run's configuration. {@link openRun} makes one.
 *
 * @example
 * ```ts
 * import { openRun, runs } from 'tunebook';
 * const model: runs.OpenRun = await openRun('runs/first');
 * model.configuration.settings.variant; // => 'feature-extraction'
 * model.dispose();
 * ```
 */
export class OpenRun extends PictureModel {
  constructor(
    /** the run folder, as it was given to `openRun` */
    readonly folder: string,
    /** what the run's config.json holds */
    readonly configuration: RunConfiguration,
    network: Pick<Backbone, 'entry' | 'model'>,
    head?: tf.LayersModel,
  ) {
    super(network, head, configuration.classes, configuration.data.reading);
  }
}

/**
 * Load the model of a saved run once, to predict with it many times.
 *
 * @param folder a run folder, written by `tunebook train --out`, `saveRun` or a study with `models: true`
 * @returns the model; call its `dispose` when it is no longer needed
 * @throws {UserError} if the folder is not a complete run folder, or its backbone's weights differ from those in the cache
 *
 * @example
 * ```ts
 * import { openRun } from 'tunebook';
 * const model = await openRun('runs/first');
 * const { predictions } = await model.predict('photo.jpg');
 * predictions[0]?.probabilities.length; // => 3
 * model.dispose();
 * ```
 */
export async function openRun(folder: string): Promise<OpenRun> {
  const modelFile = join(folder, 'model', 'model.json');
  let model: tf.LayersModel | undefined;
  try {
    const configuration = readConfiguration(folder);
    if (!existsSync(modelFile)) throw new UserError(`'${folder}' is not a run folder: it has no model/model.json`);
    model = await loadTfjsModel(modelFile);
    const side = checkModel(model, configuration);
    if (configuration.model === 'head') {
      return new OpenRun(folder, configuration, await backboneUnder(model, folder, configuration), model);
    }
    checkSetting('train', 'inputSize', side); // refuses a size that `train` would refuse
    const entry = entryOf(configuration);
    const known = configuration.preprocessing && ofChannels(configuration, model);
    const preprocessing = { ...entry.preprocessing, ...known, inputSize: side };
    return new OpenRun(folder, configuration, { entry: { ...entry, preprocessing }, model });
  } catch (error) {
    model?.dispose();
    throw error instanceof WeightsMismatch ? error : runError(folder, error);
  }
}

const entryOf = ({ settings }: RunConfiguration) =>
  pooledEntry(
    backboneEntry(architectureOf(checkBackbone('train', settings.backbone))),
    settings.pooling ?? 'average', // runs of earlier versions
  );

class WeightsMismatch extends UserError {}

/** Load the backbone whose features the head was trained on. */
async function backboneUnder(head: tf.LayersModel, folder: string, configuration: RunConfiguration): Promise<Backbone> {
  const { settings, weightsHash } = configuration;
  // a copy of the run on another machine may have its weights beside it
  const folders = [resolve(folder), dirname(resolve(folder))];
  const backbone = await backboneOf(settings, {}, { sha256: weightsHash, folders });
  try {
    if (backbone.weightsHash !== weightsHash) {
      throw new WeightsMismatch(
        `'${folder}' was trained with other weights of ${backbone.entry.title} than those that are here: their SHA-256 is ${backbone.weightsHash}, expected ${weightsHash}; put the right ones into ${folders.join(' or ')}, or remove those in the cache`,
      );
    }
    const expected = head.inputs[0]!.shape.slice(1);
    if (expected.join() !== `${backbone.entry.features}`) {
      throw new Error(
        `its model takes [${expected}], expected the ${backbone.entry.features} features of ${backbone.entry.title}`,
      );
    }
    // bands have the mean and deviation that were measured on the training pictures
    const { unknownStatistics, ...known } = backbone;
    if (!unknownStatistics) return backbone;
    const preprocessing = ofChannels(configuration, backbone.model);
    return {
      ...known,
      entry: { ...backbone.entry, preprocessing: { ...backbone.entry.preprocessing, ...preprocessing } },
    };
  } catch (error) {
    backbone.model.dispose();
    throw error;
  }
}

/** The preprocessing in a run's configuration. @throws if it has another number of channels than the model */
function ofChannels({ preprocessing }: RunConfiguration, model: tf.LayersModel): Preprocessing {
  const channels = model.inputs[0]!.shape[3];
  const { mean, std, channels: said = 3 } = preprocessing ?? { mean: [], std: [] };
  if (!preprocessing || said !== channels || mean.length !== channels || std.length !== channels) {
    throw new Error(`its config.json has a preprocessing of other channels than the ${channels} of its model`);
  }
  return preprocessing;
}

/** Check that the model fits its configuration. @returns the input size in pixels of a whole network, 0 for a head */
function checkModel({ inputs, outputs }: tf.LayersModel, { model, classes, preprocessing }: RunConfiguration): number {
  const channels = preprocessing?.channels ?? 3;
  if (inputs.length !== 1 || outputs.length !== 1) {
    throw new Error(`its model has ${inputs.length} inputs and ${outputs.length} outputs, expected one of each`);
  }
  const [, ...input] = inputs[0]!.shape;
  if (model === 'whole' && (input.length !== 3 || input[0] !== input[1] || input[2] !== channels)) {
    throw new Error(
      `its model takes [${input}], expected square pictures of ${channels} channels, as its config.json says`,
    );
  }
  const units = outputs[0]!.shape.at(-1);
  const { length } = classes;
  if (units !== length && !(units === 1 && length === 2)) {
    throw new Error(`its model has ${units} outputs, but its config.json names ${length} classes`);
  }
  return input[0] ?? 0;
}
