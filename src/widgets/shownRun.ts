import { resolve } from 'node:path';
import { shown, UserError } from '../core/errors';
import { counted } from '../core/text';
import type { Dataset, Example, Reading } from '../data';
import { type ConfusionMatrix, confusionMatrix } from '../metrics';
import { openRun, readRun, type SavedRun } from '../runs';
import { OpenRun } from '../runs/openRun';
import { PictureModel } from '../runs/pictureModel';
import { datasetOfRun, picturePaths, trainingPictures } from '../runs/runPictures';
import type { Prediction, TrainResult } from '../training';

/** A run: what `train` returned, before `dispose`; the folder of a saved run; or what `openRun` gives. */
export type RunSource = TrainResult | string | OpenRun;

/** What widgets use of a run, wherever it comes from. */
export interface ShownRun {
  classes: readonly string[];
  /** the folder of the pictures, to which their names are relative */
  folder: string;
  /** of the validation pictures, with full paths */
  predictions: readonly Prediction[];
  confusion: ConfusionMatrix;
  /** the validation pictures that can be shown */
  validation: readonly Example[];
  /** why some of them cannot be shown; empty when all can */
  missing: string;
  /** how pictures are read */
  reading: Reading | undefined;
  /** from pictures to probabilities */
  predictor: PictureModel;
  /** the same network, for features and heat maps */
  network: Pick<TrainResult, 'model'> & { backbone: PictureModel['network']; head?: NonNullable<PictureModel['head']> };
  /** @throws {UserError} if the training pictures are not known or not there */
  training(): Promise<{ examples: readonly Example[]; classes: readonly string[]; folder: string }>;
  /** Free the model, where it was opened for this. */
  dispose(): void;
}

/**
 * Open a run.
 *
 * @param caller for the error
 * @param data where the pictures of a saved run are now. Default: where they were
 * @throws {UserError} if it is no run, or the folder of a saved run cannot be read
 */
export async function shownRun(caller: string, source: RunSource, data?: string | Dataset): Promise<ShownRun> {
  if (typeof source === 'string') return savedRun(source, await openRun(source), data, true);
  if (source instanceof OpenRun) return savedRun(source.folder, source, data, false);
  if (typeof source === 'object' && source !== null && 'split' in source && 'predictions' in source) {
    return trainedRun(source);
  }
  throw new UserError(
    `${caller}: expected what train or openRun returned, or the folder of a saved run, got ${shown(source)}`,
  );
}

function trainedRun(run: TrainResult): ShownRun {
  const { classes, folder, predictions, confusion, split, backbone, head, model } = run;
  return {
    ...{ classes, folder, predictions, confusion, validation: split.validation, missing: '' },
    reading: split.train[0]?.reading,
    predictor: new PictureModel(
      { entry: backbone.entry, model: model ?? backbone.model },
      model ? undefined : head,
      classes,
    ),
    network: { backbone, ...(model ? { model } : { head }) },
    training: async () => ({ examples: split.train, classes, folder }),
    dispose() {}, // the run is the caller's
  };
}

function savedRun(folder: string, model: OpenRun, data: string | Dataset | undefined, own: boolean): ShownRun {
  const run = readRun(folder);
  const { configuration, classes } = run;
  const { reading } = configuration.data;
  const place = typeof data === 'object' ? data.folder : data;
  const found = picturePaths(run, place);
  const pictures = resolve(place ?? configuration.data.folder);
  const predictions = run.predictions.map((each, i) => ({ ...each, file: found[i] ?? resolve(pictures, each.file) }));
  const { network, head } = model;
  return {
    ...{ classes, folder: pictures, predictions, reading, predictor: model, missing: missingOf(run, found, pictures) },
    confusion: confusionMatrix(
      predictions.map(({ label }) => label),
      predictions.map(({ predicted }) => predicted),
      classes,
    ),
    validation: predictions.flatMap(({ file, label }, i) =>
      found[i] === undefined ? [] : [{ file, label, ...(reading && { reading }) }],
    ),
    network: { backbone: network, ...(head ? { head } : { model: network.model }) },
    async training() {
      const dataset = await datasetOfRun(configuration, data);
      const validated = new Set(predictions.map(({ file }) => file));
      const others = dataset.examples.filter(({ file }) => !validated.has(file));
      const examples = await trainingPictures(folder, configuration, others);
      if (examples.length > 0) return { examples, classes: dataset.classes, folder: dataset.folder };
      throw new UserError(`none of the training pictures of '${folder}' is in '${dataset.folder}'`);
    },
    dispose() {
      if (own) model.dispose();
    },
  };
}

function missingOf({ predictions }: SavedRun, found: readonly unknown[], folder: string): string {
  const missing = found.filter((path) => path === undefined).length;
  if (missing === 0) return '';
  return `${missing} of ${counted(predictions.length, 'validation picture')} cannot be shown: missing from '${folder}', or changed since the training; \`data\` can name their folder`;
}
