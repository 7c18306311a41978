import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf, UserError } from '../../core/errors';
import { lines } from '../../core/escape/lineFile';
import { checkNewFolder, temporaryBeside } from '../../core/files';
import { withDefaults } from '../../core/options';
import type { Preprocessing } from '../../models';
import type { tf } from '../../tensorflow';
import { writeSavedModel } from '../../tensorflow/graph';
import { openRun } from '..';
import { runError } from '../readConfiguration';
import { readMetrics } from '../readMetrics';
import { completeModel } from './completeModel';
import { writeKerasModel } from './kerasModel';
import { type ModelCard, modelCard, modelCardMarkdown } from './modelCard';

export const exportFormats = ['tfjs', 'savedmodel', 'keras'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportOptions {
  /** default: all of them */
  formats?: readonly ExportFormat[];
}

export interface ExportResult {
  folder: string;
  files: string[];
  card: ModelCard;
}

const FILES: Record<ExportFormat, [string, string]> = {
  tfjs: [
    'tfjs/model.json',
    'TensorFlow.js layers model, `tf.loadLayersModel`, of layers that TensorFlow.js has itself',
  ],
  savedmodel: [
    'saved_model/',
    "TensorFlow SavedModel, `tf.saved_model.load`, TensorFlow Serving: signature 'serving_default', 'pixels' to 'probabilities'",
  ],
  keras: ['model.h5', 'Keras 3, `keras.models.load_model`'],
};

/**
 * Write a run's model for use elsewhere: one complete model from pixels of 0 to 255 to probabilities, whether the run
 * trained a head or the whole network, with a model card and the class names beside it. The folder appears when all of it
 * is written.
 *
 * @param folder must not exist, or be empty
 * @throws {UserError} on a folder that is no run, or was made over other weights than those in the cache
 */
export async function exportRun(run: string, folder: string, options?: ExportOptions): Promise<ExportResult> {
  const { formats } = withDefaults('exportRun', options, { formats: exportFormats as readonly ExportFormat[] });
  const unknown = formats.find((format) => !exportFormats.includes(format));
  if (unknown !== undefined || formats.length === 0) {
    const wrong = unknown === undefined ? 'no format' : `unknown format '${unknown}'`;
    throw new UserError(`exportRun: ${wrong}; the formats are ${exportFormats.join(', ')}`);
  }
  checkNewFolder(folder, 'the model');
  const opened = await openRun(run);
  const { configuration, network, head } = opened;
  const { preprocessing } = network.entry;
  const networks = [network.model, ...(head ? [head] : [])];
  const model = completeModel(networks, preprocessing);
  const temporary = temporaryBeside(resolve(folder));
  mkdirSync(temporary, { recursive: true });
  try {
    const metrics = metricsOf(run);
    if (formats.includes('tfjs')) await saveForTfjs(networks, preprocessing, join(temporary, 'tfjs'));
    if (formats.includes('savedmodel')) {
      try {
        writeSavedModel(model, join(temporary, 'saved_model'), { input: 'pixels', output: 'probabilities' });
      } catch (error) {
        throw new UserError(`the model of '${run}' cannot be written as a SavedModel: ${messageOf(error)}`);
      }
    }
    if (formats.includes('keras')) await writeKerasModel(model, join(temporary, 'model.h5'));
    const files = Object.fromEntries(formats.map((format) => FILES[format]));
    const single = model.outputs[0]!.shape[1] === 1;
    const card = modelCard(configuration, metrics, { preprocessing, files, single });
    writeFileSync(join(temporary, 'model-card.json'), `${JSON.stringify(card, null, 2)}\n`);
    writeFileSync(join(temporary, 'MODEL_CARD.md'), modelCardMarkdown(card));
    writeFileSync(join(temporary, 'classes.txt'), lines(configuration.classes));
    rmSync(folder, { recursive: true, force: true }); // empty, as was checked
    renameSync(temporary, folder);
    return {
      folder: resolve(folder),
      files: [...Object.keys(files), 'MODEL_CARD.md', 'model-card.json', 'classes.txt'],
      card,
    };
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  } finally {
    model.dispose();
    opened.dispose();
  }
}

async function saveForTfjs(
  networks: readonly tf.LayersModel[],
  preprocessing: Preprocessing,
  folder: string,
): Promise<void> {
  const plain = completeModel(networks, preprocessing, { plain: true });
  await plain.save(`file://${folder}`);
  plain.dispose();
}

function metricsOf(run: string): { accuracy: number; loss: number } {
  try {
    const { accuracy, loss } = readMetrics(run);
    return { accuracy, loss };
  } catch (error) {
    throw runError(run, error);
  }
}
