import { printableLine } from '../core/escape/printable';
import type { Dataset } from '../data';
import { describePredictions } from '../metrics/describePredictions';
import type { TrainResult } from '../training';
import { settingText } from '../training/settings/settingText';

/**
 * Summarize a dataset or a run in a few lines, instead of pages of paths and layers as the last value of a cell. `undefined` for
 * anything else.
 */
export function summaryOf(value: object): string | undefined {
  if (isRun(value)) return [...runLines(value), propertiesOf(value)].join('\n');
  if (isDataset(value)) return [...datasetLines(value), propertiesOf(value)].join('\n');
  return undefined;
}

const has = (value: object, names: readonly string[]) => names.every((name) => name in value);

const isRun = (value: object): value is TrainResult =>
  has(value, ['settings', 'history', 'predictions', 'confusion', 'accuracy', 'split', 'seconds', 'dispose']);

const isDataset = (value: object): value is Dataset =>
  has(value, ['folder', 'classes', 'examples', 'skipped']) && Array.isArray((value as Dataset).examples);

function runLines({ settings, history, ended, seconds, predictions, classes, loss, test }: TrainResult): string[] {
  return [
    `A run of ${settingText(settings.backbone)}, ${settings.variant}: ${history.length} epochs (${ended}) in ${seconds.total.toFixed(1)} s`,
    `validation: ${describePredictions(predictions, classes.map(printableLine))}; loss ${loss.toPrecision(3)}`,
    ...(test ? [`test: ${describePredictions(test.predictions, classes.map(printableLine))}`] : []),
  ];
}

function datasetLines({ folder, classes, examples, skipped, warnings = [] }: Dataset): string[] {
  const counts = classes.map((_, c) => examples.filter(({ label }) => label === c).length);
  return [
    `${examples.length} pictures of ${classes.length} classes in ${printableLine(folder)}`,
    ...classes.map((name, c) => `${String(counts[c]).padStart(7)}  ${printableLine(name)}`),
    ...warnings.map((warning) => `warning: ${printableLine(warning)}`),
    ...(skipped.length > 0 ? [`${skipped.length} skipped, see \`skipped\``] : []),
  ];
}

const propertiesOf = (value: object) => `properties: ${Object.keys(value).join(', ')}`;
