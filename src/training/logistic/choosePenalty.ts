import { type Dataset, type Example, kFold } from '../../data';
import { groupsOfClasses } from '../../data/groups';
import { toProbabilities } from '../predictions';
import type { LabelledRows } from './labelledRows';
import { linearProbe } from './linearProbe';

/** The weights of the data against the penalty (C in scikit-learn) that are tried. */
const STRENGTHS = [1, 10, 100, 1000];
/** What is taken where there are too few pictures for folds: on photos of flowers and on emoji it was among the best. */
const USUAL = 100;
const FOLDS = 5;
/** Near enough to the minimum to compare two penalties. */
const TOLERANCE = 1e-2;

/** The penalty that was chosen, and the out-of-fold log loss of each that was tried; none where there were too few pictures. */
export interface PenaltyChoice {
  /** weight of the data against the penalty */
  strength: number;
  folds: number;
  tried: { strength: number; loss: number }[];
}

/**
 * Chooses the L2 penalty of logistic regression by the log loss of k-fold cross-validation (Stone 1974): 5 folds, or as many as the
 * smallest class has pictures (groups, where there are groups).
 *
 * @param rowsOf the rows of some pictures
 * @param shouldStop asked between two models; the best until then is taken
 */
export function choosePenalty(
  dataset: Dataset,
  rowsOf: (examples: readonly Example[]) => LabelledRows,
  { seed, shouldStop = () => false }: { seed: number; shouldStop?: () => boolean },
): PenaltyChoice {
  const folds = Math.min(FOLDS, ...groupsOfClasses(dataset.examples, dataset.classes.length));
  if (folds < 2) return { strength: USUAL, folds: 0, tried: [] };
  const splits = kFold(dataset, { folds, seed }).map(
    (split) => [rowsOf(split.train), rowsOf(split.validation)] as const,
  );
  const tried: PenaltyChoice['tried'] = [];
  for (const strength of STRENGTHS) {
    let sum = 0;
    for (const [known, held] of splits) {
      if (shouldStop()) return { strength: best(tried), folds, tried };
      sum += sumOfLosses(linearProbe(known, strength, TOLERANCE).predict(held), held);
    }
    tried.push({ strength, loss: sum / dataset.examples.length });
    if (tried.length > 1 && tried.at(-1)!.loss > tried.at(-2)!.loss) break; // the loss has one minimum
  }
  return { strength: best(tried), folds, tried };
}

const best = (tried: PenaltyChoice['tried']): number =>
  tried.reduce((found, one) => (one.loss < found.loss ? one : found), { strength: USUAL, loss: Infinity }).strength;

function sumOfLosses(logits: Float32Array, { labels, classes }: LabelledRows): number {
  const probabilities = toProbabilities(logits, labels.length, classes);
  return labels.reduce((sum, label, i) => sum - Math.log(Math.max(probabilities[i * classes + label]!, 1e-12)), 0);
}
