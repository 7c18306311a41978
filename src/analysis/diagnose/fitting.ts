import { wilsonInterval } from '../../metrics/interval';
import { type ValidationTurn, validationTurn } from '../../metrics/turn';
import {
  accuracyOf,
  type DiagnosedRun,
  type Finding,
  guessing,
  learnedAccuracy,
  percent,
  recentMean,
  short,
} from './finding';

/** A rise of the training loss from one epoch to the next counts from this part of the loss, and of the loss of guessing. */
const minimalRise = 0.1;

/** A last training loss above this multiple of the loss of guessing means that training made the model worse. */
const worseThanGuessing = 1.5;

/** Whether the loss is not finite, far above that of guessing, or rises repeatedly instead of falling. */
export function highRate({ history, classes, settings }: DiagnosedRun): Finding | undefined {
  const chance = Math.log(Math.max(2, classes.length));
  const rate = settings?.learningRate ?? history[0]!.learningRate;
  const nonFinite = history.find(({ loss, validationLoss }) => ![loss, validationLoss ?? 0].every(Number.isFinite));
  const rises = history.filter(({ loss }, i) => {
    const before = history[i - 1]?.loss ?? Number.POSITIVE_INFINITY;
    return loss > (1 + minimalRise) * before && loss - before > minimalRise * chance;
  }).length;
  const steps = history.length - 1;
  const highest = Math.max(...history.slice(1).map(({ validationLoss, loss }) => validationLoss ?? loss));
  const falls = history.at(-1)!.loss < 0.9 * history[0]!.loss;
  const unstable = steps >= 4 && rises >= 2 && rises >= 0.2 * steps;
  const stuck = steps >= 2 && highest > 2 * chance && (rises > 0 || !falls);
  // the loss includes the penalties of regularizers, so a high one means nothing where the accuracy is high
  const last = history.at(-1)!.loss;
  const diverged =
    steps >= 2 &&
    last > worseThanGuessing * chance &&
    recentMean(history.map(({ accuracy }) => accuracy)) < learnedAccuracy(classes);
  if (!nonFinite && !unstable && !stuck && !diverged) return undefined;
  const message = nonFinite
    ? `The loss is not a finite number in epoch ${nonFinite.epoch}, at a learning rate of ${short(rate)}.`
    : unstable
      ? `The training loss rises in ${rises} of ${steps} epochs instead of falling, at a learning rate of ${short(rate)}.`
      : diverged
        ? `The training loss ends at ${short(last)}, where guessing would give ${short(chance)}, at a learning rate of ${short(rate)}.`
        : `The validation loss reaches ${short(highest)}, where guessing would give ${short(chance)}, at a learning rate of ${short(rate)}.`;
  return {
    kind: 'learning rate too high',
    severity: 'alarm',
    message,
    numbers: { learningRate: rate, rises, steps, highestLoss: highest, guessingLoss: chance },
    advice: `Try a tenth of it, ${short(rate / 10)}, or use findLearningRate.`,
    notebook: '05-learning-rate',
  };
}

/**
 * Overfitting is an alarm, not only a note, where the validation loss has risen by this factor above its minimum; where the
 * training loss is below this part of the loss of guessing, so that the pictures are memorized; or where more than this part of
 * the training accuracy beyond guessing is missing in validation. Most runs on small datasets stay below, without harm.
 */
const alarmFrom = { rise: 1.25, memorizedLoss: 0.003, gap: 0.45 };

/** Whether validation gets worse while training improves, or there is a wide gap between the two. */
export function overfit(run: DiagnosedRun): Finding | undefined {
  const accuracies = accuraciesOf(run);
  const turn = validationTurn(run.history);
  if (turn) return overfitByLoss(turn, run, accuracies);
  return accuracies.wide ? overfitByGap(accuracies) : undefined;
}

/** The accuracies of a run in training and in validation. */
interface Accuracies {
  /** the two accuracies in words */
  summary: string;
  numbers: { trainingAccuracy: number; validationAccuracy: number; gap: number };
  /** whether training is better by more than ten points, and by more than chance explains */
  wide: boolean;
  /** whether much of what was learned holds for the training pictures only */
  memorized: boolean;
}

function accuraciesOf({ history, classes, predictions = [] }: DiagnosedRun): Accuracies {
  const train = recentMean(history.map(({ accuracy }) => accuracy));
  const validation = recentMean(history.map(({ validationAccuracy }) => validationAccuracy));
  const gap = train - validation;
  // of as many independent pictures as the validation pictures are worth
  const total = predictions.length > 0 ? Math.max(1, Math.round(accuracyOf(predictions).effective)) : 0;
  const high = total > 0 ? wilsonInterval(Math.round(validation * total), total).high : validation;
  const wide = gap > 0.1 && train > high;
  return {
    summary: `training accuracy is ${percent(train)}, validation accuracy ${percent(validation)}`,
    numbers: { trainingAccuracy: train, validationAccuracy: validation, gap },
    wide,
    memorized: wide && gap > alarmFrom.gap * (train - guessing(classes)),
  };
}

/** The finding where the validation loss has risen above its minimum. */
function overfitByLoss(
  { epoch, lowest, now }: ValidationTurn,
  { history, classes }: DiagnosedRun,
  accuracies: Accuracies,
): Finding {
  const last = history.at(-1)!;
  const noLoss = last.loss < alarmFrom.memorizedLoss * Math.log(Math.max(2, classes.length));
  const alarm = noLoss || now > alarmFrom.rise * lowest || accuracies.memorized;
  const best = history.find((record) => record.epoch === epoch)!.validationAccuracy;
  const then = best === undefined ? '' : ` (it was ${percent(best)} in epoch ${epoch})`;
  return {
    kind: 'overfit',
    severity: alarm ? 'alarm' : 'note',
    message: `The validation loss was lowest at ${short(lowest)} in epoch ${epoch} and is ${short(now)} in the last three of ${last.epoch} epochs, while the training loss fell to ${short(last.loss)}; ${accuracies.summary}${then}.`,
    numbers: { ...accuracies.numbers, bestEpoch: epoch, lowestLoss: lowest, lossNow: now },
    advice: alarm
      ? `Stop at epoch ${epoch} (early stopping with restored weights), then add dropout or L2, and augment the pictures.`
      : `Early stopping (at epoch ${epoch}) makes the probabilities of wrong predictions lower; the accuracy need not change.`,
    notebook: '04-regularize',
  };
}

/** The finding where the validation loss has not risen, but the training accuracy is far higher. */
function overfitByGap({ summary, numbers, memorized }: Accuracies): Finding {
  return {
    kind: 'overfit',
    severity: memorized ? 'alarm' : 'note',
    message: `There is a gap of ${(100 * numbers.gap).toFixed(1)} points: ${summary}. The validation loss has not risen, so more epochs do no harm yet.`,
    numbers,
    advice: memorized
      ? 'Train less of the network, from pre-trained weights; augment the pictures; more pictures help most.'
      : 'Augment the pictures or add dropout; more pictures help most.',
    notebook: memorized ? '02-freeze-and-train-the-top' : '03-augment',
  };
}

/** Whether not even the training pictures are classified well. */
export function underfit({ history, classes }: DiagnosedRun): Finding | undefined {
  const train = recentMean(history.map(({ accuracy }) => accuracy));
  const validation = recentMean(history.map(({ validationAccuracy }) => validationAccuracy));
  if (!(train < learnedAccuracy(classes)) || train - validation > 0.1) return undefined;
  const chance = guessing(classes);
  const losses = history.map(({ loss }) => loss);
  const before = losses.at(-1 - Math.max(1, Math.floor(losses.length / 4)));
  const atOnce = history.at(-1)!.learningRate === 0; // logistic regression is at its minimum
  const falling = !atOnce && (before === undefined || losses.at(-1)! < 0.97 * before);
  return {
    kind: 'underfit',
    severity: 'alarm',
    message:
      `The training accuracy is only ${percent(train)} after ${history.length} epochs (guessing: ${percent(chance)}), the validation accuracy ${Number.isFinite(validation) ? percent(validation) : 'is unknown'}. ` +
      (falling ? 'The training loss still falls.' : 'The training loss does not fall any more.'),
    numbers: { trainingAccuracy: train, validationAccuracy: validation, guessing: chance, loss: losses.at(-1)! },
    advice: falling
      ? 'Train longer, or at a rate three times as high.'
      : 'Unfreeze the last blocks of the backbone, choose a larger one, or regularize less.',
    notebook: falling ? '05-learning-rate' : '07-transfer-variants',
  };
}
