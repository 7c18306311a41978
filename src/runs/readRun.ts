import type { EpochRecord } from '../core/listener';
import type { Interpolation, Prediction, RecipeLine } from '../training';
import { type RunConfiguration, readConfiguration, runError } from './readConfiguration';
import { readMetrics, type TestMetrics } from './readMetrics';
import { readRunTable } from './readRunTable';
import { HISTORY, predictionsHeader } from './runFolder';

/** The numbers of a saved run, without its model. `diagnose` accepts it. */
export interface SavedRun {
  /** what config.json holds */
  configuration: RunConfiguration;
  /** all options of the training; the same as `configuration.settings` */
  settings: RunConfiguration['settings'];
  /** class names, in the order of the probabilities */
  classes: string[];
  /** one record an epoch */
  history: EpochRecord[];
  /** one for each validation picture; `file` is relative to `configuration.data.folder` */
  predictions: Prediction[];
  /** training pictures of each class // [classes] */
  trainingCounts?: number[];
  /** files that were in both the training and the validation part */
  shared?: string[];
  /** the settings that the recipe chose, with the reasons */
  recipe?: RecipeLine[];
  /** what was chosen between the frozen and the fine-tuned weights */
  interpolation?: Interpolation;
  /** how good the final model is on the test pictures, and its predictions of them; absent where there were none */
  test?: TestMetrics & { predictions: Prediction[] };
  /** wall-clock time of the training */
  seconds: { total: number };
  /** SHA-256 of each validation picture's file, in the order of the predictions */
  validationHashes?: string[];
}

/**
 * Read the configuration, history and predictions of a saved run, without loading its model. Numbers of a training that
 * diverged may be NaN or infinite.
 *
 * @param folder a run folder, written by `tunebook train --out`, `saveRun` or a study
 * @throws {UserError} if a file is missing, cut short or cannot be read; it names the file and the line
 *
 * @example
 * ```ts
 * import { readRun } from 'tunebook';
 * const { classes, history } = readRun('runs/first');
 * classes; // => [ 'bicycle', 'cat', 'tree' ]
 * history.at(-1)?.epoch; // the number of epochs
 * ```
 */
export function readRun(folder: string): SavedRun {
  try {
    const configuration = readConfiguration(folder);
    const { classes, settings } = configuration;
    const { validationGroups, test, recipe, interpolation, ...metrics } = readMetrics(folder);
    const { trainingCounts, shared, seconds, validationHashes } = metrics;
    return {
      ...{ configuration, settings, classes, trainingCounts, shared, seconds, validationHashes },
      ...(recipe && { recipe }),
      ...(interpolation && { interpolation }),
      history: readHistory(folder, settings.epochs),
      predictions: readPredictions(
        folder,
        'predictions.csv',
        configuration,
        configuration.data.validation,
        validationGroups,
      ),
      ...(test && { test: { ...test, predictions: readTestPredictions(folder, configuration, test) } }),
    };
  } catch (error) {
    throw runError(folder, error);
  }
}

/** Columns that are empty in an epoch without validation. */
const UNVALIDATED = new Set<string>(['validationLoss', 'validationAccuracy']);

function readHistory(folder: string, epochs: number): EpochRecord[] {
  const rows = readRunTable(folder, 'history.csv', HISTORY, { rows: epochs });
  if (rows.length > epochs) {
    throw new Error(`its history.csv has more than the ${epochs} epochs of its config.json`);
  }
  return rows.map((row, i) => {
    const known = HISTORY.flatMap((name, column) => {
      const cell = row[column]!;
      if (cell === '' && UNVALIDATED.has(name)) return [];
      return [[name, numberIn('history.csv', i, name, cell)]];
    });
    return Object.fromEntries(known) as EpochRecord;
  });
}

function readTestPredictions(folder: string, configuration: RunConfiguration, test: TestMetrics): Prediction[] {
  return readPredictions(folder, 'test-predictions.csv', configuration, test.summary.examples, test.groups);
}

/** @param groups of each prediction */
function readPredictions(
  folder: string,
  name: string,
  { classes }: RunConfiguration,
  expected: number,
  groups?: readonly (string | null)[],
): Prediction[] {
  const header = predictionsHeader(classes);
  const rows = readRunTable(folder, name, header, { rows: expected });
  if (rows.length !== expected) {
    throw new Error(
      `its ${name} has ${rows.length > expected ? 'more' : rows.length} predictions, expected ${expected} as in ${name === 'predictions.csv' ? 'config.json' : 'metrics.json'}`,
    );
  }
  if (groups && groups.length !== expected) {
    throw new Error(`its metrics.json has ${groups.length} groups of pictures, expected ${expected}, one for each`);
  }
  const labels = new Map(classes.map((className, label) => [className, label]));
  return rows.map(([file, ...cells], i) => {
    const [label, predicted] = [cells[0]!, cells[1]!].map((className) => {
      const found = labels.get(className);
      if (found !== undefined) return found;
      throw new Error(`its ${name} has '${className}' in line ${i + 2}, which is not a class of config.json`);
    });
    const probabilities = cells.slice(2).map((cell, c) => numberIn(name, i, header[c + 3]!, cell));
    const group = groups?.[i] ?? undefined;
    return { file: file!, label: label!, predicted: predicted!, probabilities, ...(group !== undefined && { group }) };
  });
}

function numberIn(name: string, row: number, column: string, cell: string): number {
  const value = Number(cell);
  if (cell.trim() === '' || (Number.isNaN(value) && cell !== 'NaN')) {
    throw new Error(`its ${name} has '${cell}' as ${column} in line ${row + 2}, expected a number`);
  }
  return value;
}
