import { wilsonInterval } from '../../metrics/interval';
import { type DiagnosedRun, type Finding, learned, percent, settled } from './finding';

/** Training pictures of one class to each of another from which on it matters, and from which on it harms. */
const uneven = { note: 3, alarm: 8 };

/**
 * Some classes have many more pictures than others. Below the ratio that harms, it harms where the rarest class is found less
 * than half as often as all are, beyond luck.
 */
export function imbalance({ classes, trainingCounts, predictions = [] }: DiagnosedRun): Finding | undefined {
  const counts = trainingCounts ?? [];
  const present = counts.filter((count) => count > 0);
  if (present.length < 2) return undefined;
  const most = counts.indexOf(Math.max(...counts));
  const least = counts.indexOf(Math.min(...present));
  const ratio = counts[most]! / counts[least]!;
  const rare = predictions.filter(({ label }) => label === least);
  const found = rare.filter(({ label, predicted }) => label === predicted);
  const recall = found.length / rare.length;
  const overall = predictions.filter(({ label, predicted }) => label === predicted).length / predictions.length;
  const missed =
    overall > learned(classes) && rare.length >= 5 && wilsonInterval(found.length, rare.length).high < overall / 2;
  if (ratio < uneven.note) return undefined;
  const majority = counts[most]! / counts.reduce((sum, count) => sum + count, 0);
  const rarest =
    rare.length > 0 ? `; of the ${rare.length} '${classes[least]}' in validation ${percent(recall)} are found` : '';
  return {
    kind: 'class imbalance',
    severity: ratio >= uneven.alarm || missed ? 'alarm' : 'note',
    says: `'${classes[most]}' has ${counts[most]} training pictures and '${classes[least]}' ${counts[least]}, ${ratio.toFixed(1)} to 1: always saying '${classes[most]}' would be right for ${percent(majority)} of them${rarest}.`,
    numbers: { most: counts[most]!, least: counts[least]!, ratio, majority, recallOfRarest: recall },
    advice:
      "Judge by macro F1, not accuracy; train with classWeights: 'balanced', or collect pictures of the rare class.",
    notebook: '06-monitor',
  };
}

/** The same pictures on both sides, or a result too good to be true. */
export function leak({ history, predictions = [], shared = [] }: DiagnosedRun): Finding | undefined {
  const total = predictions.length;
  const right = predictions.filter(({ label, predicted }) => label === predicted).length;
  if (shared.length > 0) {
    return {
      kind: 'leak suspected',
      severity: 'alarm',
      says: `${shared.length} of ${total} validation pictures are among the training pictures, byte for byte, such as ${shared[0]!.split(/[\\/]/).slice(-2).join('/')}: the validation accuracy of ${percent(right / total)} is partly memory.`,
      numbers: { shared: shared.length, validation: total, accuracy: right / total },
      advice:
        'Remove the copies, or give pictures that belong together one group, so that the split keeps them on one side.',
      notebook: '08-your-own-photos',
    };
  }
  const train = settled(history.map(({ accuracy }) => accuracy));
  const loss = settled(history.map((record) => record.loss));
  const validationLoss = settled(history.map((record) => record.validationLoss));
  if (total < 50 || right / total < 0.99 || !(validationLoss < 1.5 * loss) || train < 0.99) return undefined;
  return {
    kind: 'leak suspected',
    severity: 'note',
    says: `${right} of ${total} validation pictures are right and their loss is that of the training pictures: easy pictures, or near-copies of training pictures.`,
    numbers: { right, validation: total, trainingLoss: loss, validationLoss },
    advice: 'Look for pictures of one scene, person or burst on both sides of the split, and give them one group.',
    notebook: '08-your-own-photos',
  };
}

/** Half the width of the 95% interval, in parts of 1, from which on small improvements are unseen. */
const wide = 0.05;
/** Validation pictures up to which large ones are unseen, too: at an accuracy of 80% the interval is 10 points to either side. */
const few = 60;

/** Too few pictures to tell a good change from luck. */
export function smallValidation({ predictions = [] }: DiagnosedRun): Finding | undefined {
  const total = predictions.length;
  if (total === 0) return undefined;
  const right = predictions.filter(({ label, predicted }) => label === predicted).length;
  const { estimate, low, high } = wilsonInterval(right, total);
  const half = (high - low) / 2;
  if (half < wide && total > few) return undefined;
  return {
    kind: 'validation set too small',
    severity: total <= few ? 'alarm' : 'note',
    says: `${percent(estimate)} of ${total} validation pictures means ${percent(low)} to ${percent(high)} (95%): one picture is ${(100 / total).toFixed(1)} points, and a change of less than some ${(200 * half).toFixed(0)} points may be luck.`,
    numbers: { right, total, low, high },
    advice: 'Compare over several seeds or folds, in pairs, or put more pictures aside.',
    notebook: '09-ablation-study',
  };
}
