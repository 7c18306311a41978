import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { csv } from '../../src/core/escape/csv';
import { sha256 } from '../../src/core/files';
import { madeUpModel, overfitting } from '../charts/examples';
import { temporaryFolder } from '../folders';

/** The prediction for a picture; `file` is relative to the folder of the data. */
export interface MadeUpPrediction {
  file: string;
  label: number;
  predicted: number;
  probabilities: readonly number[];
}

/** A run folder in the form that `saveRun` writes, without a trained model. */
export function writeRun(classes: readonly string[], predictions: readonly MadeUpPrediction[], data = '/nowhere') {
  const folder = join(temporaryFolder(), 'run <b>');
  mkdirSync(folder);
  const rows = predictions.map(({ file, label, predicted, probabilities }) => [
    ...[file, classes[label]!, classes[predicted]!],
    ...probabilities,
  ]);
  const header = ['file', 'class', 'predicted', ...classes.map((name) => `probability of ${name}`)];
  writeFileSync(join(folder, 'predictions.csv'), csv([header, ...rows]));
  const columns = ['epoch', 'loss', 'accuracy', 'validationLoss', 'validationAccuracy', 'learningRate', 'seconds'];
  const epochs = overfitting.map((record) => columns.map((name) => record[name as keyof typeof record]).join(','));
  writeFileSync(join(folder, 'history.csv'), `${[columns.join(','), ...epochs].join('\n')}\n`);
  const hashes = predictions.map(({ file }) => {
    const picture = join(data, file);
    return existsSync(picture) ? sha256(readFileSync(picture)) : '';
  });
  writeFileSync(
    join(folder, 'metrics.json'),
    JSON.stringify({ accuracy: 0.9, loss: 0.3, validationHashes: hashes, seconds: { total: 12 }, trainingCounts: [] }),
  );
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({
      settings: { backbone: 'efficientnet-lite0', variant: 'feature-extraction', epochs: 20 },
      model: 'head',
      classes,
      weightsHash: 'def',
      versions: { tunebook: '0.1.0', node: 'v24.0.0', tfjs: '4.22.0', tensorflow: '2.20.0' },
      device: { kind: 'CPU', name: 'a <processor>', threads: 2 },
      data: { folder: data, fingerprint: 'abc', split: 'ghi', train: 200, validation: predictions.length },
    }),
  );
  return folder;
}

/** Predictions of {@link madeUpModel} for pictures that no longer exist. */
export function madeUpPredictions(classes: readonly string[], examples: number): MadeUpPrediction[] {
  const { labels, predictions, probabilities } = madeUpModel(classes, examples, 0.9);
  return labels.map((label, i) => ({
    ...{ file: `${i} <img src=x>.jpg`, label },
    ...{ predicted: predictions[i]!, probabilities: probabilities[i]! },
  }));
}
