import type { Split } from '../../data';
import { type Features, selectRows } from '../../features';
import { type Interval, wilsonInterval } from '../../metrics';
import type { LabelledRows } from './labelledRows';
import { linearProbe } from './linearProbe';
import { logMe } from './logMe';
import { nearestNeighbours } from './nearestNeighbours';

/** The quality of features, by measures that need no training of the backbone. */
export interface FeatureQuality {
  /** cross-validated accuracy of linear probes, with Wilson's 95% interval */
  probe: Interval;
  /** cross-validated accuracy of k-NN, with Wilson's 95% interval */
  neighbours: Interval;
  /** LogME (You et al. 2021); higher is better, comparable only between backbones on the same pictures */
  logMe: number;
  /** number of pictures */
  pictures: number;
}

/** Weight of the data against the penalty of the probe. Of 0.1 to 1000, 100 and more did best on photos of flowers, 10 to 1000 on the emoji. */
const STRENGTH = 100;

/**
 * Measure the quality of features: a linear probe and k-NN are fitted to the training rows of each fold and tested on its
 * validation rows; LogME uses all rows at once.
 *
 * @param folds as `kFold` draws them
 */
export function measureFeatures(
  features: Features,
  { folds, classes, neighbours }: { folds: readonly Split[]; classes: number; neighbours: number },
  onFold: (done: number) => void = () => {},
): FeatureQuality {
  const all: LabelledRows = { values: features.values, length: features.length, labels: features.labels, classes };
  const correct = { probe: 0, neighbours: 0 };
  let tested = 0;
  folds.forEach(({ train, validation }, index) => {
    const [known, held] = [train, validation].map(
      (examples): LabelledRows => ({ ...selectRows(features, examples), length: features.length, classes }),
    );
    const logits = linearProbe(known!, STRENGTH).predict(held!);
    const nearest = nearestNeighbours(known!, held!, neighbours);
    held!.labels.forEach((label, row) => {
      const scores = logits.subarray(row * classes, (row + 1) * classes);
      if (scores.indexOf(Math.max(...scores)) === label) correct.probe++;
      if (nearest[row] === label) correct.neighbours++;
    });
    tested += held!.labels.length;
    onFold(index + 1);
  });
  return {
    probe: wilsonInterval(correct.probe, tested),
    neighbours: wilsonInterval(correct.neighbours, tested),
    logMe: logMe(all),
    pictures: tested,
  };
}
