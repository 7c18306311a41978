import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromCSV } from 'arquero';
import { messageOf, UserError } from '../errors';
import type { EpochRecord, Prediction } from '../training';
import { parseConfiguration, type RunConfiguration } from './runFolder';

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
}

/**
 * Read a run folder's numbers.
 *
 * @throws {UserError} if a file is missing or cannot be read
 */
export function readRun(folder: string): KeptRun {
  const read = (name: string) => {
    const file = join(folder, name);
    if (!existsSync(file)) throw new UserError(`'${folder}' is no run: there is no ${name} in it`);
    return readFileSync(file, 'utf8');
  };
  const [config, metricsText, historyText, predictionsText] = [
    read('config.json'),
    read('metrics.json'),
    read('history.csv'),
    read('predictions.csv'),
  ];
  try {
    const configuration = parseConfiguration(config);
    const { trainingCounts, shared, seconds } = JSON.parse(metricsText);
    const { classes, settings } = configuration;
    const rows = (text: string) => fromCSV(text, { autoType: false }).objects() as Record<string, string>[];
    const history = rows(historyText).map((row) => {
      const known = Object.entries(row).filter(([, value]) => value !== '' && value !== null && value !== undefined);
      return Object.fromEntries(known.map(([key, value]) => [key, Number(value)])) as unknown as EpochRecord;
    });
    const predictions = rows(predictionsText).map((row) => ({
      file: row.file!,
      label: classes.indexOf(row.class!),
      predicted: classes.indexOf(row.predicted!),
      probabilities: classes.map((name) => Number(row[`probability of ${name}`])),
    }));
    return { configuration, settings, classes, history, predictions, trainingCounts, shared, seconds };
  } catch (error) {
    throw new UserError(`the run in '${folder}' cannot be read: ${messageOf(error)}`);
  }
}
