import { UserError } from '../core/errors';
import { type Backbone, backboneEntry } from '../models';
import type { tf } from '../tensorflow';
import { backboneOf } from '../training';
import type { RunConfiguration } from './readConfiguration';
import { loadRun } from './runFolder';

/** What pictures go through in a run's model. */
export interface RunNetworks {
  configuration: RunConfiguration;
  /** the backbone, or the whole fine-tuned network; its entry has the input size of the run */
  network: Pick<Backbone, 'entry' | 'model'>;
  /** over the backbone's features; undefined where the whole network was trained */
  head?: tf.LayersModel;
  dispose(): void;
}

/**
 * Read back the networks of a run, to be disposed of.
 *
 * @throws {UserError} if the folder holds no complete run, or one that was made over other weights than those in the cache
 */
export async function runNetworks(folder: string): Promise<RunNetworks> {
  const { configuration, model } = await loadRun(folder);
  const { settings } = configuration;
  if (configuration.model === 'whole') {
    const entry = backboneEntry(settings.backbone);
    const preprocessing = { ...entry.preprocessing, inputSize: model.inputs[0]!.shape[1]! };
    const network = { entry: { ...entry, preprocessing }, model };
    return { configuration, network, dispose: () => model.dispose() };
  }
  const backbone = await backboneOf(settings);
  const dispose = () => [backbone.model, model].forEach((each) => void each.dispose());
  if (backbone.weightsHash !== configuration.weightsHash) {
    dispose();
    throw new UserError(
      `'${folder}' was trained over other weights of ${backbone.entry.title} than those in the cache`,
    );
  }
  return { configuration, network: backbone, head: model, dispose };
}
