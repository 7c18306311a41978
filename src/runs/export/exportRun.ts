import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf, UserError } from '../../core/errors';
import { lines } from '../../core/escape/lineFile';
import { checkNewFolder } from '../../core/files';
import { withDefaults } from '../../core/options';
import { writeFolder } from '../../core/writeFolder';
import type { Preprocessing } from '../../models';
import type { tf } from '../../tensorflow';
import { writeSavedModel } from '../../tensorflow/graph';
import { openRun } from '..';
import { runError } from '../readConfiguration';
import { readMetrics } from '../readMetrics';
import { completeModel } from './completeModel';
import { writeKerasModel } from './kerasModel';
import { type CardMetrics, type ModelCard, modelCard, modelCardMarkdown } from './modelCard';

/**
 * The formats that `exportRun` writes: a TensorFlow.js layers model, a TensorFlow SavedModel, and a Keras HDF5 file.
 *
 * @example
 * ```ts
 * import { runs } from 'tunebook';
 * runs.exportFormats; // => [ 'tfjs', 'savedmodel', 'keras' ]
 * ```
 */
export const exportFormats = ['tfjs', 'savedmodel', 'keras'] as const;
/** One of {@link exportFormats}. */
export type ExportFormat = (typeof exportFormats)[number];

/** Options of `exportRun`. */
export interface ExportOptions {
  /** which formats to write. Default: all of {@link exportFormats} */
  formats?: readonly ExportFormat[];
}

/** What `exportRun` has written. */
export interface ExportResult {
  /** full path of the folder */
  folder: string;
  /** names of the files and folders in it */
  files: string[];
  /** the model card, as in MODEL_CARD.md and model-card.json */
  card: ModelCard;
}

/** What each format is written as, and how it is loaded. */
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
 * Export a run's model for use in other programs: one model from pixels (0 to 255, [batch, size, size, channels]) to probabilities
 * ([batch, classes]), whether a head or the whole network was trained; with a model card and the class names. The folder
 * appears under its name only when all of it has been written.
 *
 * @param run a run folder with a model
 * @param folder must not exist, or be empty
 * @throws {UserError} if a format is unknown, `folder` is not empty, `run` is not a complete run folder, or its backbone's
 *   weights differ from those in the cache
 *
 * @example
 * ```ts
 * import { exportRun } from 'tunebook';
 * const { files } = await exportRun('runs/first', 'exported', { formats: ['tfjs'] });
 * files; // => [ 'tfjs/model.json', 'MODEL_CARD.md', 'model-card.json', 'classes.txt' ]
 * ```
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
  const fill = async (temporary: string): Promise<ExportResult> => {
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
    return {
      folder: resolve(folder),
      files: [...Object.keys(files), 'MODEL_CARD.md', 'model-card.json', 'classes.txt'],
      card,
    };
  };
  try {
    return await writeFolder(folder, fill);
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

function metricsOf(run: string): CardMetrics {
  try {
    const { accuracy, loss, interval, baseline, test } = readMetrics(run);
    const ofValidation = { accuracy, loss, interval, mostFrequent: baseline?.accuracy };
    if (!test) return ofValidation;
    const { estimate, low, high } = test.summary.accuracy;
    const mostFrequent = test.summary.baseline.accuracy;
    return {
      ...ofValidation,
      test: { accuracy: estimate, interval: [low, high], mostFrequent, pictures: test.summary.examples },
    };
  } catch (error) {
    throw runError(run, error);
  }
}
