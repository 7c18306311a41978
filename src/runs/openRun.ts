import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../core/errors';
import { type Backbone, backboneEntry, loadTfjsModel } from '../models';
import type { tf } from '../tensorflow';
import { backboneOf, trainSettings } from '../training';
import { PictureModel } from './pictureModel';
import { type RunConfiguration, readConfiguration, runError } from './readConfiguration';

/** A run's model, ready to be asked; with what its config.json says. */
export class OpenRun extends PictureModel {
  constructor(
    readonly folder: string,
    readonly configuration: RunConfiguration,
    network: Pick<Backbone, 'entry' | 'model'>,
    head?: tf.LayersModel,
  ) {
    super(network, head, configuration.classes, configuration.data.reading);
  }
}

/**
 * Load a run's model once, to predict with it many times.
 *
 * @param folder as `train --out`, `saveRun` or a study wrote it
 * @returns to be disposed of
 * @throws {UserError} if the folder holds no complete run, or one that was made over other weights than those in the cache
 *
 * @example
 * ```ts
 * const model = await openRun('runs/first');
 * const { predictions } = await model.predict('rose.jpg');
 * ```
 */
export async function openRun(folder: string): Promise<OpenRun> {
  const modelFile = join(folder, 'model', 'model.json');
  let model: tf.LayersModel | undefined;
  try {
    const configuration = readConfiguration(folder);
    if (!existsSync(modelFile)) throw new UserError(`'${folder}' is no run: there is no model/model.json in it`);
    model = await loadTfjsModel(modelFile);
    const side = checkModel(model, configuration);
    if (configuration.model === 'head') {
      return new OpenRun(folder, configuration, await backboneUnder(model, folder, configuration), model);
    }
    trainSettings({ inputSize: side }); // no larger than `train` makes pictures
    const entry = backboneEntry(configuration.settings.backbone);
    const preprocessing = { ...entry.preprocessing, inputSize: side };
    return new OpenRun(folder, configuration, { entry: { ...entry, preprocessing }, model });
  } catch (error) {
    model?.dispose();
    throw error instanceof OtherWeights ? error : runError(folder, error);
  }
}

class OtherWeights extends UserError {}

/** The backbone that a head was trained over. */
async function backboneUnder(
  head: tf.LayersModel,
  folder: string,
  { settings, weightsHash }: RunConfiguration,
): Promise<Backbone> {
  const backbone = await backboneOf(settings);
  try {
    if (backbone.weightsHash !== weightsHash) {
      throw new OtherWeights(
        `'${folder}' was trained over other weights of ${backbone.entry.title} than those in the cache`,
      );
    }
    const taken = head.inputs[0]!.shape.slice(1);
    if (taken.join() !== `${backbone.entry.features}`) {
      throw new Error(
        `its model takes [${taken}], expected the ${backbone.entry.features} features of ${backbone.entry.title}`,
      );
    }
    return backbone;
  } catch (error) {
    backbone.model.dispose();
    throw error;
  }
}

/** @returns the side of the pictures that a whole network takes */
function checkModel({ inputs, outputs }: tf.LayersModel, { model, classes }: RunConfiguration): number {
  if (inputs.length !== 1 || outputs.length !== 1) {
    throw new Error(`its model has ${inputs.length} inputs and ${outputs.length} outputs, expected one of each`);
  }
  const [, ...input] = inputs[0]!.shape;
  if (model === 'whole' && (input.length !== 3 || input[0] !== input[1] || input[2] !== 3)) {
    throw new Error(`its model takes [${input}], expected square pictures of 3 channels, as its config.json says`);
  }
  const units = outputs[0]!.shape.at(-1);
  const { length } = classes;
  if (units !== length && !(units === 1 && length === 2)) {
    throw new Error(`its model tells ${units} classes apart, its config.json names ${length}`);
  }
  return input[0] ?? 0;
}
