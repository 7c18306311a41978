import { UserError } from '../../core/errors';
import { validationTurn } from '../../metrics/turn';
import { imbalance, leak, smallValidation } from './data';
import { type DiagnosedRun, type Finding, percent, settled } from './finding';
import { highRate, overfit, underfit } from './fitting';

/** What is right and wrong with a run. */
export interface Diagnosis {
  /** alarms first; at least one, which says so if nothing is wrong */
  findings: Finding[];
  /** the same as lines of text */
  text: string;
}

/**
 * Say in plain words what a run's numbers mean: underfit, overfit, too high a learning rate, uneven classes, pictures that
 * leak, too small a validation set; with the numbers behind each sentence, what to try next and which notebook
 * explains it.
 *
 * @param run what `train` returned, or `readRun` of a run folder
 * @throws {UserError} for a run without an epoch
 */
export function diagnose(run: DiagnosedRun): Diagnosis {
  if (run.history.length === 0) throw new UserError('diagnose: the run has no epoch; train it for at least one');
  const rate = highRate(run);
  const fitting = rate ? [rate] : [overfit(run), underfit(run)]; // with a rate too high neither can be told
  // nor what became of a class
  const classes = imbalance(rate ? { ...run, predictions: [] } : run);
  const found = [...fitting, leak(run), classes, smallValidation(run)].filter((finding) => finding !== undefined);
  const alarms = found.filter(({ severity }) => severity === 'alarm');
  const notes = found.filter((finding) => !alarms.includes(finding));
  const findings = [...alarms, ...(alarms.length === 0 ? [fine(run, notes.length > 0)] : []), ...notes];
  const lines = findings.map(
    ({ severity, kind, says, advice, notebook }) =>
      `${severity === 'alarm' ? '!' : severity === 'note' ? '-' : '+'} ${kind}: ${says}\n    ${advice} See ${notebook}.`,
  );
  return { findings, text: lines.join('\n') };
}

/** Nothing to be alarmed at. With notes beneath, it is not called healthy: one of them may be that it begins to overfit. */
function fine({ history }: DiagnosedRun, noted: boolean): Finding {
  const train = settled(history.map(({ accuracy }) => accuracy));
  const validation = settled(history.map(({ validationAccuracy }) => validationAccuracy));
  const known = Number.isFinite(validation);
  const turn = validationTurn(history);
  return {
    kind: noted ? 'no alarm' : 'healthy',
    severity: 'fine',
    says: known
      ? `Training accuracy is ${percent(train)}, validation accuracy ${percent(validation)}${turn ? '' : ', and the validation loss has not turned'}.`
      : `Training accuracy is ${percent(train)}; nothing was validated.`,
    numbers: { trainingAccuracy: train, ...(known && { validationAccuracy: validation }) },
    advice: known ? 'Repeat it with other seeds before you compare it.' : 'Put validation pictures aside.',
    notebook: known ? '09-ablation-study' : '06-monitor',
  };
}
