import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, UserError } from '../core/errors';
import { parseCsv } from '../core/escape/csv';
import type { EpochRecord } from '../core/listener';
import type { Prediction } from '../training';
import { HISTORY, parseConfiguration, predictionsHeader, type RunConfiguration } from './runFolder';

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
 * Read a run folder's numbers. Those of a training that diverged may be NaN or infinite.
 *
 * @throws {UserError} if a file is missing, cut short or cannot be read; it names the file and the line
 */
export function readRun(folder: string): KeptRun {
  const read = (name: string) => {
    const file = join(folder, name);
    if (!existsSync(file)) {
      throw new UserError(
        `'${folder}' is no run: there is no ${name} in it; give a folder that \`train --out\` or a study has written`,
      );
    }
    return readFileSync(file, 'utf8');
  };
  const [config, metrics, history, predictions] = [
    read('config.json'),
    read('metrics.json'),
    read('history.csv'),
    read('predictions.csv'),
  ];
  try {
    const configuration = parseConfiguration(config);
    const { classes, settings, data, versions, device } = configuration;
    if (!data || !versions || !device) throw new Error('its config.json lacks data, versions or device');
    return {
      ...{ configuration, settings, classes },
      history: parseHistory(history),
      predictions: parsePredictions(predictions, configuration),
      ...parseMetrics(metrics),
    };
  } catch (error) {
    throw new UserError(
      `the run in '${folder}' cannot be read: ${messageOf(error)}; take the file from a copy, or make the run again`,
    );
  }
}

function parseMetrics(text: string): Pick<KeptRun, 'trainingCounts' | 'shared' | 'seconds'> {
  const { trainingCounts, shared, seconds } = parseJson('metrics.json', text) ?? {};
  if (typeof seconds?.total !== 'number') throw new Error('its metrics.json lacks the seconds that the run took');
  return { trainingCounts, shared, seconds };
}

function parseJson(name: string, text: string) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`its ${name} is no JSON (${messageOf(error)})`);
  }
}

/** The columns of an epoch that was not validated. */
const UNVALIDATED = new Set<string>(['validationLoss', 'validationAccuracy']);

function parseHistory(text: string): EpochRecord[] {
  return linesOf('history.csv', text, HISTORY).map((row, i) => {
    const known = HISTORY.flatMap((name, column) => {
      const cell = row[column]!;
      if (cell === '' && UNVALIDATED.has(name)) return [];
      return [[name, numberIn('history.csv', i, name, cell)]];
    });
    return Object.fromEntries(known) as EpochRecord;
  });
}

function parsePredictions(text: string, { classes, data }: RunConfiguration): Prediction[] {
  const header = predictionsHeader(classes);
  const rows = linesOf('predictions.csv', text, header);
  if (rows.length !== data.validation) {
    throw new Error(
      `its predictions.csv has ${rows.length} predictions, expected ${data.validation} as in config.json`,
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

/** The rows under the header of a CSV file, each with a cell for each name. */
function linesOf(name: string, text: string, header: readonly string[]): string[][] {
  if (text.trim() === '') throw new Error(`its ${name} is empty, expected a line of column names: ${header[0]}, ...`);
  if (!text.endsWith('\n')) throw new Error(`its ${name} was cut short: its last line has no end`);
  const [found, ...rows] = parseCsv(text);
  if (found!.join() !== header.join()) {
    throw new Error(`its ${name} begins with ${listed(found!)}, expected the columns ${listed(header)}`);
  }
  const odd = rows.findIndex((row) => row.length !== header.length);
  if (odd < 0) return rows;
  const columns = rows[odd]!.length;
  throw new Error(
    `its ${name} has ${columns} column${columns === 1 ? '' : 's'} in line ${odd + 2}, expected ${header.length}`,
  );
}

/** A column of each of a thousand classes would hide what is said. */
const listed = (names: readonly string[]) => [...names.slice(0, 8), ...(names.length > 8 ? ['...'] : [])].join(', ');

function numberIn(name: string, row: number, column: string, cell: string): number {
  const value = Number(cell);
  if (cell.trim() === '' || (Number.isNaN(value) && cell !== 'NaN')) {
    throw new Error(`its ${name} has '${cell}' as ${column} in line ${row + 2}, expected a number`);
  }
  return value;
}
