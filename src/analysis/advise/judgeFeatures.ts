import type { Split } from '../../data';
import { type Features, selectRows } from '../../features';
import { type Interval, wilsonInterval } from '../../metrics';
import type { LabelledRows } from './labelledRows';
import { linearProbe } from './linearProbe';
import { logMe } from './logMe';
import { nearestNeighbours } from './nearestNeighbours';

/** What cheap ways to judge features say of them. */
export interface FeatureJudgement {
  /** accuracy of linear probes, each picture predicted by the one that did not see it, with Wilson's 95% interval */
  probe: Interval;
  /** accuracy of the nearest neighbours, likewise */
  neighbours: Interval;
  logMe: number;
  /** how many pictures these are of */
  pictures: number;
}

/** Strength of the data in the probe. Of 0.1 to 1000, 100 and more did best on photos of flowers and 10 to 1000 on the emoji. */
const STRENGTH = 100;

/**
 * Judge features by cross-validation: a linear probe and the nearest neighbours learn from the training rows of each fold and
 * are asked for its validation rows; LogME takes all rows at once.
 *
 * @param folds as `kFold` draws them
 */
export function judgeFeatures(
  features: Features,
  { folds, classes, neighbours }: { folds: readonly Split[]; classes: number; neighbours: number },
  onFold: (done: number) => void = () => {},
): FeatureJudgement {
  const all: LabelledRows = { values: features.values, length: features.length, labels: features.labels, classes };
  const right = { probe: 0, neighbours: 0 };
  let asked = 0;
  folds.forEach(({ train, validation }, index) => {
    const [known, held] = [train, validation].map(
      (examples): LabelledRows => ({ ...selectRows(features, examples), length: features.length, classes }),
    );
    const logits = linearProbe(known!, STRENGTH).predict(held!);
    const nearest = nearestNeighbours(known!, held!, neighbours);
    held!.labels.forEach((label, row) => {
      const scores = logits.subarray(row * classes, (row + 1) * classes);
      if (scores.indexOf(Math.max(...scores)) === label) right.probe++;
      if (nearest[row] === label) right.neighbours++;
    });
    asked += held!.labels.length;
    onFold(index + 1);
  });
  return {
    probe: wilsonInterval(right.probe, asked),
    neighbours: wilsonInterval(right.neighbours, asked),
    logMe: logMe(all),
    pictures: asked,
  };
}
