import { wilsonInterval } from '../../metrics/interval';
import { type ValidationTurn, validationTurn } from '../../metrics/turn';
import { type DiagnosedRun, type Finding, guessing, learned, percent, settled, short } from './finding';

/** A rise of the loss from one epoch to the next that is more than wavering: a tenth, and a tenth of what guessing costs. */
const jump = 0.1;

/** Training loss in parts of what guessing costs, after the last epoch, from which on nothing was learned but harm. */
const hopeless = 1.5;

/** The loss is no number, far above guessing's, or goes up again and again instead of down. */
export function highRate({ history, classes, settings }: DiagnosedRun): Finding | undefined {
  const chance = Math.log(Math.max(2, classes.length));
  const rate = settings?.learningRate ?? history[0]!.learningRate;
  const broken = history.find(({ loss, validationLoss }) => ![loss, validationLoss ?? 0].every(Number.isFinite));
  const rises = history.filter(({ loss }, i) => {
    const before = history[i - 1]?.loss ?? Number.POSITIVE_INFINITY;
    return loss > (1 + jump) * before && loss - before > jump * chance;
  }).length;
  const steps = history.length - 1;
  const highest = Math.max(...history.slice(1).map(({ validationLoss, loss }) => validationLoss ?? loss));
  const falls = history.at(-1)!.loss < 0.9 * history[0]!.loss;
  const restless = steps >= 4 && rises >= 2 && rises >= 0.2 * steps;
  const stuck = steps >= 2 && highest > 2 * chance && (rises > 0 || !falls);
  // the loss has the penalties of regularizers in it, so that it tells nothing of a run that is often right
  const last = history.at(-1)!.loss;
  const lost =
    steps >= 2 && last > hopeless * chance && settled(history.map(({ accuracy }) => accuracy)) < learned(classes);
  if (!broken && !restless && !stuck && !lost) return undefined;
  const says = broken
    ? `The loss is not a finite number in epoch ${broken.epoch}, at a learning rate of ${short(rate)}.`
    : restless
      ? `The training loss jumps up in ${rises} of ${steps} epochs instead of falling, at a learning rate of ${short(rate)}.`
      : lost
        ? `The training loss ends at ${short(last)}, where guessing costs ${short(chance)}, at a learning rate of ${short(rate)}.`
        : `The validation loss reaches ${short(highest)}, where guessing costs ${short(chance)}, at a learning rate of ${short(rate)}.`;
  return {
    kind: 'learning rate too high',
    severity: 'alarm',
    says,
    numbers: { learningRate: rate, rises, steps, highestLoss: highest, guessingLoss: chance },
    advice: `Try a tenth of it, ${short(rate / 10)}, or let findLearningRate look for one.`,
    notebook: '05-learning-rate',
  };
}

/**
 * A turned validation loss harms from this rise on, or where the training loss is down to this part of what guessing costs:
 * then the pictures are known by heart. Turned or not, a model is of no use elsewhere if more than this part of what it learned
 * beyond guessing holds for the training pictures only. Below lies what most runs on small datasets do, without harm.
 */
const harm = { rise: 1.25, byHeart: 0.003, unshared: 0.45 };

/** Training goes on getting better while validation gets worse; or there is a wide gap between the two. */
export function overfit(run: DiagnosedRun): Finding | undefined {
  const sides = sidesOf(run);
  const turn = validationTurn(run.history);
  if (turn) return turned(turn, run, sides);
  return sides.wide ? apart(sides) : undefined;
}

/** How a run does in training and in validation. */
interface Sides {
  says: string;
  numbers: { trainingAccuracy: number; validationAccuracy: number; gap: number };
  /** whether training is better by more than ten points, and by more than luck */
  wide: boolean;
  /** whether most of what was learned holds for the training pictures only */
  unshared: boolean;
}

function sidesOf({ history, classes, predictions = [] }: DiagnosedRun): Sides {
  const train = settled(history.map(({ accuracy }) => accuracy));
  const validation = settled(history.map(({ validationAccuracy }) => validationAccuracy));
  const gap = train - validation;
  const total = predictions.length;
  const high = total > 0 ? wilsonInterval(Math.round(validation * total), total).high : validation;
  const wide = gap > 0.1 && train > high;
  return {
    says: `training accuracy is ${percent(train)}, validation accuracy ${percent(validation)}`,
    numbers: { trainingAccuracy: train, validationAccuracy: validation, gap },
    wide,
    unshared: wide && gap > harm.unshared * (train - guessing(classes)),
  };
}

/** The validation loss has turned. */
function turned({ epoch, lowest, now }: ValidationTurn, { history, classes }: DiagnosedRun, sides: Sides): Finding {
  const last = history.at(-1)!;
  const byHeart = last.loss < harm.byHeart * Math.log(Math.max(2, classes.length));
  const harmed = byHeart || now > harm.rise * lowest || sides.unshared;
  const best = history.find((record) => record.epoch === epoch)!.validationAccuracy;
  const then = best === undefined ? '' : ` (it was ${percent(best)} in epoch ${epoch})`;
  return {
    kind: 'overfit',
    severity: harmed ? 'alarm' : 'note',
    says: `The validation loss was lowest at ${short(lowest)} in epoch ${epoch} and is ${short(now)} in the last three of ${last.epoch} epochs, while the training loss fell to ${short(last.loss)}; ${sides.says}${then}.`,
    numbers: { ...sides.numbers, bestEpoch: epoch, lowestLoss: lowest, lossNow: now },
    advice: harmed
      ? `Stop at epoch ${epoch} (early stopping with restored weights), then add dropout or L2, and augment the pictures.`
      : `Early stopping (at epoch ${epoch}) gives probabilities that are less sure of what is wrong; the accuracy need not change.`,
    notebook: '04-regularize',
  };
}

/** The validation loss has not turned, but training is far better. */
function apart({ says, numbers, unshared }: Sides): Finding {
  return {
    kind: 'overfit',
    severity: unshared ? 'alarm' : 'note',
    says: `There is a gap of ${(100 * numbers.gap).toFixed(1)} points: ${says}. The validation loss has not turned, so more epochs do no harm yet.`,
    numbers,
    advice: unshared
      ? 'Train less of the network, from pre-trained weights; augment the pictures; more pictures help most.'
      : 'Augment the pictures or add dropout; more pictures help most.',
    notebook: unshared ? '02-freeze-and-train-the-top' : '03-augment',
  };
}

/** Not even the training pictures are learned. */
export function underfit({ history, classes }: DiagnosedRun): Finding | undefined {
  const train = settled(history.map(({ accuracy }) => accuracy));
  const validation = settled(history.map(({ validationAccuracy }) => validationAccuracy));
  if (!(train < learned(classes)) || train - validation > 0.1) return undefined;
  const chance = guessing(classes);
  const losses = history.map(({ loss }) => loss);
  const before = losses.at(-1 - Math.max(1, Math.floor(losses.length / 4)));
  const falling = before === undefined || losses.at(-1)! < 0.97 * before;
  return {
    kind: 'underfit',
    severity: 'alarm',
    says:
      `Only ${percent(train)} of the training pictures are learned after ${history.length} epochs (guessing: ${percent(chance)}), and validation is ${Number.isFinite(validation) ? percent(validation) : 'unknown'}. ` +
      (falling ? 'The training loss still falls.' : 'The training loss does not fall any more.'),
    numbers: { trainingAccuracy: train, validationAccuracy: validation, guessing: chance, loss: losses.at(-1)! },
    advice: falling
      ? 'Train longer, or at a rate three times as high.'
      : 'Unfreeze the last blocks of the backbone, choose a larger one, or regularize less.',
    notebook: falling ? '05-learning-rate' : '07-transfer-variants',
  };
}
