import { argmax } from '../../metrics/argmax';
import { baselineOf } from '../../metrics/baseline';
import { accuracyOf, type DiagnosedRun, type Finding, learnedAccuracy, percent, recentMean } from './finding';

/** Ratios of the largest to the smallest class that are worth a note, and an alarm. */
const imbalanceRatios = { note: 3, alarm: 8 };

/**
 * Whether some classes have many more training pictures than others. Below the ratio of an alarm it is still an alarm if the
 * recall of the rarest class is less than half the accuracy, by more than chance explains.
 */
export function imbalance({ classes, trainingCounts, predictions = [] }: DiagnosedRun): Finding | undefined {
  const counts = trainingCounts ?? [];
  const present = counts.filter((count) => count > 0);
  if (present.length < 2) return undefined;
  const most = argmax(counts);
  const least = counts.indexOf(Math.min(...present));
  const ratio = counts[most]! / counts[least]!;
  const rare = predictions.filter(({ label }) => label === least);
  const found = rare.filter(({ label, predicted }) => label === predicted);
  const recall = found.length / rare.length;
  const overall = predictions.filter(({ label, predicted }) => label === predicted).length / predictions.length;
  const missed = overall > learnedAccuracy(classes) && rare.length >= 5 && accuracyOf(rare).high < overall / 2;
  if (ratio < imbalanceRatios.note) return undefined;
  const majority = counts[most]! / counts.reduce((sum, count) => sum + count, 0);
  const rarest =
    rare.length > 0
      ? `; of the ${rare.length} validation pictures of '${classes[least]}' ${percent(recall)} are classified correctly`
      : '';
  return {
    kind: 'class imbalance',
    severity: ratio >= imbalanceRatios.alarm || missed ? 'alarm' : 'note',
    message: `'${classes[most]}' has ${counts[most]} training pictures and '${classes[least]}' ${counts[least]}, ${ratio.toFixed(1)} to 1: always predicting '${classes[most]}' would be right for ${percent(majority)} of them${rarest}.`,
    numbers: { most: counts[most]!, least: counts[least]!, ratio, majority, recallOfRarest: recall },
    advice:
      "Judge by macro F1, not accuracy; train with classWeights: 'balanced', or collect pictures of the rare class.",
    notebook: '06-monitor',
  };
}

/** Whether training pictures are also validation pictures, or a result is suspiciously good. */
export function leak({ history, predictions = [], shared = [] }: DiagnosedRun): Finding | undefined {
  const total = predictions.length;
  const right = predictions.filter(({ label, predicted }) => label === predicted).length;
  if (shared.length > 0) {
    return {
      kind: 'leak suspected',
      severity: 'alarm',
      message: `${shared.length} of ${total} validation pictures are among the training pictures, byte for byte, such as ${shared[0]!.split(/[\\/]/).slice(-2).join('/')}: the validation accuracy of ${percent(right / total)} partly measures memorization.`,
      numbers: { shared: shared.length, validation: total, accuracy: right / total },
      advice:
        'Remove the copies, or give pictures that belong together one group, so that they all go to the same part of the split.',
      notebook: '08-your-own-photos',
    };
  }
  const train = recentMean(history.map(({ accuracy }) => accuracy));
  const loss = recentMean(history.map((record) => record.loss));
  const validationLoss = recentMean(history.map((record) => record.validationLoss));
  if (total < 50 || right / total < 0.99 || !(validationLoss < 1.5 * loss) || train < 0.99) return undefined;
  return {
    kind: 'leak suspected',
    severity: 'note',
    message: `${right} of ${total} validation pictures are classified correctly, with about the loss of the training pictures: the pictures are easy, or near-copies of training pictures.`,
    numbers: { right, validation: total, trainingLoss: loss, validationLoss },
    advice: 'Look for pictures of one scene, person or burst in both parts of the split, and give them one group.',
    notebook: '08-your-own-photos',
  };
}

/** From this half-width of the accuracy's 95% interval (a fraction of 1), small improvements cannot be detected. */
const wideInterval = 0.05;
/** With no more validation pictures than this, large improvements cannot be detected either: at 80% accuracy the interval is ± 10 points. */
const fewPictures = 60;

/** Whether there are too few validation pictures to tell an improvement from chance. */
export function smallValidation({ predictions = [] }: DiagnosedRun): Finding | undefined {
  const total = predictions.length;
  if (total === 0) return undefined;
  const right = predictions.filter(({ label, predicted }) => label === predicted).length;
  const { estimate, low, high, groups, effective } = accuracyOf(predictions);
  const grouped = groups < total ? ` of ${groups} groups, as good as ${Math.round(effective)} independent ones,` : '';
  const most = baselineOf(predictions.map(({ label }) => label));
  const half = (high - low) / 2;
  if (half < wideInterval && total > fewPictures) return undefined;
  return {
    kind: 'validation set too small',
    severity: total <= fewPictures ? 'alarm' : 'note',
    message: `The accuracy of ${percent(estimate)} on ${total} validation pictures${grouped} has a 95% interval of ${percent(low)} to ${percent(high)} (always predicting the most frequent class: ${percent(most.accuracy)}): one picture is ${(100 / total).toFixed(1)} points, and a change of less than about ${(200 * half).toFixed(0)} points may be chance.`,
    numbers: { right, total, low, high },
    advice: 'Compare over several seeds or folds, in pairs, or hold out more pictures.',
    notebook: '09-ablation-study',
  };
}
