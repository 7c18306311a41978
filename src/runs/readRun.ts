import type { EpochRecord } from '../core/listener';
import type { Prediction } from '../training';
import { type RunConfiguration, readConfiguration, runError } from './readConfiguration';
import { readMetrics } from './readMetrics';
import { readRunTable } from './readRunTable';
import { HISTORY, predictionsHeader } from './runFolder';

/** All numbers of a run that was kept, without its model. `diagnose` takes it. */
export interface KeptRun {
  configuration: RunConfiguration;
  settings: RunConfiguration['settings'];
  classes: string[];
  history: EpochRecord[];
  /** files as in the run: relative to the data's folder */
  predictions: Prediction[];
  trainingCounts?: number[];
  shared?: string[];
  seconds: { total: number };
  /** SHA-256 of each validation picture's file, in the order of the predictions */
  validationHashes?: string[];
}

/**
 * Read a run folder's numbers. Those of a training that diverged may be NaN or infinite.
 *
 * @throws {UserError} if a file is missing, cut short or cannot be read; it names the file and the line
 */
export function readRun(folder: string): KeptRun {
  try {
    const configuration = readConfiguration(folder);
    const { classes, settings } = configuration;
    const { trainingCounts, shared, seconds, validationHashes } = readMetrics(folder);
    return {
      ...{ configuration, settings, classes, trainingCounts, shared, seconds, validationHashes },
      history: readHistory(folder, settings.epochs),
      predictions: readPredictions(folder, configuration),
    };
  } catch (error) {
    throw runError(folder, error);
  }
}

/** The columns of an epoch that was not validated. */
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

function readPredictions(folder: string, { classes, data }: RunConfiguration): Prediction[] {
  const header = predictionsHeader(classes);
  const rows = readRunTable(folder, 'predictions.csv', header, { rows: data.validation });
  if (rows.length !== data.validation) {
    throw new Error(
      `its predictions.csv has ${rows.length > data.validation ? 'more' : rows.length} predictions, expected ${data.validation} as in config.json`,
    );
  }
  const labels = new Map(classes.map((name, label) => [name, label]));
  return rows.map(([file, ...cells], i) => {
    const [label, predicted] = [cells[0]!, cells[1]!].map((name) => {
      const found = labels.get(name);
      if (found !== undefined) return found;
      throw new Error(`its predictions.csv has '${name}' in line ${i + 2}, which is no class of config.json`);
    });
    const probabilities = cells.slice(2).map((cell, c) => numberIn('predictions.csv', i, header[c + 3]!, cell));
    return { file: file!, label: label!, predicted: predicted!, probabilities };
  });
}

function numberIn(name: string, row: number, column: string, cell: string): number {
  const value = Number(cell);
  if (cell.trim() === '' || (Number.isNaN(value) && cell !== 'NaN')) {
    throw new Error(`its ${name} has '${cell}' as ${column} in line ${row + 2}, expected a number`);
  }
  return value;
}
