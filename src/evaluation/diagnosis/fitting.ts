import { wilsonInterval } from '../interval';
import { validationTurn } from '../turn';
import { type DiagnosedRun, type Finding, percent, settled, short } from './finding';

/** A rise of the loss from one epoch to the next that is more than wavering: a tenth, and a tenth of what guessing costs. */
const jump = 0.1;

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
  if (!broken && !restless && !stuck) return undefined;
  const says = broken
    ? `The loss is not a finite number in epoch ${broken.epoch}, at a learning rate of ${short(rate)}.`
    : restless
      ? `The training loss jumps up in ${rises} of ${steps} epochs instead of falling, at a learning rate of ${short(rate)}.`
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

/** Training goes on getting better while validation gets worse; or there is a wide gap between the two. */
export function overfit({ history, predictions }: DiagnosedRun): Finding | undefined {
  const train = settled(history.map(({ accuracy }) => accuracy));
  const validation = settled(history.map(({ validationAccuracy }) => validationAccuracy));
  const gap = train - validation;
  const total = predictions?.length ?? 0;
  const high = total > 0 ? wilsonInterval(Math.round(validation * total), total).high : validation;
  const turn = validationTurn(history);
  const wide = gap > 0.1 && train > high;
  if (!turn && !wide) return undefined;
  const last = history.at(-1)!;
  const gaps = `training accuracy is ${percent(train)}, validation accuracy ${percent(validation)}`;
  return {
    kind: 'overfit',
    severity: turn ? 'alarm' : 'note',
    says: turn
      ? `The validation loss was lowest at ${short(turn.lowest)} in epoch ${turn.epoch} and is ${short(turn.now)} in the last three of ${last.epoch} epochs, while the training loss fell to ${short(last.loss)}; ${gaps}.`
      : `There is a gap of ${(100 * gap).toFixed(1)} points: ${gaps}. The validation loss has not turned, so more epochs do no harm yet.`,
    numbers: {
      trainingAccuracy: train,
      validationAccuracy: validation,
      gap,
      ...(turn && { bestEpoch: turn.epoch, lowestLoss: turn.lowest, lossNow: turn.now }),
    },
    advice: turn
      ? `Stop at epoch ${turn.epoch} (early stopping with restored weights), then add dropout or L2, and augment the pictures.`
      : 'Augment the pictures or add dropout; more pictures help most.',
    notebook: turn ? '04-regularize' : '03-augment',
  };
}

/** Not even the training pictures are learned. */
export function underfit({ history, classes }: DiagnosedRun): Finding | undefined {
  const train = settled(history.map(({ accuracy }) => accuracy));
  const validation = settled(history.map(({ validationAccuracy }) => validationAccuracy));
  const chance = 1 / Math.max(2, classes.length);
  const threshold = chance + 0.6 * (1 - chance);
  if (!(train < threshold) || train - validation > 0.1) return undefined;
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
