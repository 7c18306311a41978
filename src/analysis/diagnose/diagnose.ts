import { UserError } from '../../core/errors';
import { validationTurn } from '../../metrics/turn';
import { imbalance, leak, smallValidation } from './data';
import { type DiagnosedRun, type Finding, percent, recentMean } from './finding';
import { highRate, overfit, underfit } from './fitting';

/** What `diagnose` finds in a run. */
export interface Diagnosis {
  /** alarms first, then notes; if there is no alarm, the first one says so */
  findings: Finding[];
  /** the findings as lines of text: `!` alarm, `-` note, `+` nothing is wrong */
  text: string;
}

/**
 * Find common problems in the numbers of a run: underfitting, overfitting, too high a learning rate, class imbalance, training
 * pictures among the validation pictures, too small a validation set. Each finding says what the numbers are, what to try next
 * and which notebook explains it.
 *
 * @param run what `train` returned, or `readRun` of a run folder
 * @returns at least one finding
 * @throws {UserError} if the run has no epoch
 *
 * @example
 * ```ts
 * import { diagnose, readRun } from 'tunebook';
 * const { findings, text } = diagnose(readRun('runs/first'));
 * console.log(text); // one or two lines a finding
 * findings.some(({ kind }) => kind === 'validation set too small'); // => true
 * ```
 */
export function diagnose(run: DiagnosedRun): Diagnosis {
  if (run.history.length === 0) throw new UserError('diagnose: the run has no epoch; train it for at least one');
  const rate = highRate(run);
  const fitting = rate ? [rate] : [overfit(run), underfit(run)]; // too high a learning rate hides both of them,
  // and makes the recall of each class meaningless
  const classes = imbalance(rate ? { ...run, predictions: [] } : run);
  const found = [...fitting, leak(run), classes, smallValidation(run)].filter((finding) => finding !== undefined);
  const alarms = found.filter(({ severity }) => severity === 'alarm');
  const notes = found.filter((finding) => !alarms.includes(finding));
  const findings = [...alarms, ...(alarms.length === 0 ? [fine(run, notes.length > 0)] : []), ...notes];
  const lines = findings.map(
    ({ severity, kind, message, advice, notebook }) =>
      `${severity === 'alarm' ? '!' : severity === 'note' ? '-' : '+'} ${kind}: ${message}\n    ${advice} See ${notebook}.`,
  );
  return { findings, text: lines.join('\n') };
}

/** The finding that nothing is wrong. A run with notes is not called healthy: it may be starting to overfit. */
function fine({ history }: DiagnosedRun, noted: boolean): Finding {
  const train = recentMean(history.map(({ accuracy }) => accuracy));
  const validation = recentMean(history.map(({ validationAccuracy }) => validationAccuracy));
  const known = Number.isFinite(validation);
  const turn = validationTurn(history);
  return {
    kind: noted ? 'no alarm' : 'healthy',
    severity: 'fine',
    message: known
      ? `Training accuracy is ${percent(train)}, validation accuracy ${percent(validation)}${turn ? '' : ', and the validation loss has not risen above its minimum'}.`
      : `Training accuracy is ${percent(train)}; there is no validation accuracy.`,
    numbers: { trainingAccuracy: train, ...(known && { validationAccuracy: validation }) },
    advice: known ? 'Repeat it with other seeds before you compare it.' : 'Hold out validation pictures.',
    notebook: known ? '09-ablation-study' : '06-monitor',
  };
}
