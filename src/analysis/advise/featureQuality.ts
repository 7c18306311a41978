import type { Split } from '../../data';
import { type Features, selectRows } from '../../features';
import { classificationSummary, groupedAccuracy, type Interval } from '../../metrics';
import { argmax } from '../../metrics/argmax';
import { baselineOf } from '../../metrics/baseline';
import type { Monitor } from '../../metrics/measures';
import { toProbabilities } from '../../training';
import type { LabelledRows } from '../../training/logistic/labelledRows';
import { linearProbe } from '../../training/logistic/linearProbe';
import { logMe } from './logMe';
import { nearestNeighbours } from './nearestNeighbours';

/** The quality of features, by measures that need no training of the backbone. */
export interface FeatureQuality {
  /** cross-validated accuracy of linear probes, with its 95% interval, which knows groups */
  probe: Interval;
  /** cross-validated accuracy of k-NN, with its 95% interval, which knows groups */
  neighbours: Interval;
  /** accuracy of always predicting the most frequent class, which both must exceed */
  mostFrequent: number;
  /** what backbones are compared by */
  monitor: Monitor;
  /** that measure of the linear probes, with its 95% interval; the same as `probe` where it is the accuracy */
  score: Interval;
  /** LogME (You et al. 2021); higher is better, comparable only between backbones on the same pictures */
  logMe: number;
  /** number of pictures */
  pictures: number;
}

/** Weight of the data against the penalty of the probe. Of 0.1 to 1000, 100 and more did best on photos of flowers, 10 to 1000 on the emoji. */
const STRENGTH = 100;

interface MeasureOptions {
  folds: readonly Split[];
  classes: number;
  neighbours: number;
  /** Default: 'accuracy' */
  monitor?: Monitor;
}

/**
 * Measure the quality of features: a linear probe and k-NN are fitted to the training rows of each fold and tested on its
 * validation rows; LogME uses all rows at once.
 *
 * @param folds as `kFold` draws them
 */
export function measureFeatures(
  features: Features,
  { folds, classes, neighbours, monitor = 'accuracy' }: MeasureOptions,
  onFold: (done: number) => void = () => {},
): FeatureQuality {
  const all: LabelledRows = { values: features.values, length: features.length, labels: features.labels, classes };
  const labels: number[] = [];
  const groups: (string | undefined)[] = [];
  const probabilities: number[][] = [];
  const right: Record<'probe' | 'neighbours', boolean[]> = { probe: [], neighbours: [] };
  folds.forEach(({ train, validation }, index) => {
    const [known, held] = [train, validation].map((examples) => {
      const rows = selectRows(features, examples);
      return { ...rows, length: features.length, classes } satisfies LabelledRows;
    });
    const own = toProbabilities(linearProbe(known!, STRENGTH).predict(held!), held!.labels.length, classes);
    const nearest = nearestNeighbours(known!, held!, neighbours);
    held!.labels.forEach((label, row) => {
      const each = Array.from(own.subarray(row * classes, (row + 1) * classes));
      labels.push(label);
      groups.push(held!.examples[row]!.group);
      probabilities.push(each);
      right.probe.push(argmax(each) === label);
      right.neighbours.push(nearest[row] === label);
    });
    onFold(index + 1);
  });
  const probe = groupedAccuracy(right.probe, groups);
  const score = () => {
    const { macroF1, auc, logLoss } = classificationSummary(labels, probabilities, { groups });
    return { macroF1, auc: auc ?? macroF1, loss: logLoss }[monitor as Exclude<Monitor, 'accuracy'>];
  };
  return {
    probe,
    neighbours: groupedAccuracy(right.neighbours, groups),
    mostFrequent: baselineOf(labels).accuracy,
    monitor,
    score: monitor === 'accuracy' ? probe : score(),
    logMe: logMe(all),
    pictures: labels.length,
  };
}
