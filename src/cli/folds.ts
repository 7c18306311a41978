import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { csv } from '../core/escape/csv';
import { printableLine } from '../core/escape/printable';
import { temporaryBeside } from '../core/files';
import { alignColumns } from '../core/text';
import type { Dataset } from '../data';
import type { Interval } from '../metrics';
import { saveRun } from '../runs';
import { type CrossValidateOptions, type CrossValidation, crossValidate } from '../training';

/**
 * Cross-validate, and with `out` save the run of each fold, the out-of-fold predictions and the metrics in one folder, which
 * appears under its name when all of it is there.
 *
 * @param out must not exist, or be empty
 */
export async function trainFolds(
  dataset: Dataset,
  options: CrossValidateOptions,
  out?: string,
): Promise<CrossValidation> {
  if (out === undefined) return crossValidate(dataset, options);
  const temporary = temporaryBeside(resolve(out));
  mkdirSync(temporary, { recursive: true });
  try {
    const result = await crossValidate(dataset, {
      ...options,
      onFold: (run, fold) => saveRun(run, join(temporary, `fold-${fold}`)),
    });
    writeFileSync(join(temporary, 'out-of-fold.csv'), predictionsCsv(result));
    writeFileSync(join(temporary, 'metrics.json'), `${JSON.stringify(foldsJson(result), null, 2)}\n`);
    if (existsSync(out)) rmSync(out, { recursive: true }); // it is empty, as was checked
    renameSync(temporary, out);
    return result;
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw error;
  }
}

function predictionsCsv({ predictions, classes, folder }: CrossValidation): string {
  const rows = predictions.map(({ file, label, predicted, probabilities, group = '' }) => [
    ...[relative(folder, file), classes[label]!, classes[predicted]!, group],
    ...probabilities,
  ]);
  return csv([['file', 'class', 'predicted', 'group', ...classes.map((name) => `probability of ${name}`)], ...rows]);
}

/** The numbers of a cross-validation for programs. */
export function foldsJson({
  folds,
  summary,
  confusion,
  classes,
  settings,
  skipped,
  stopped,
  seconds,
}: CrossValidation) {
  return {
    ...{ summary, classes, confusion: confusion.counts, settings, skipped, stopped, seconds },
    folds: folds.map(({ history, ...fold }) => ({ ...fold, epochs: history.length })),
  };
}

/** The same for people. */
export function foldsText(
  { folds, summary, classes, skipped, stopped, seconds }: CrossValidation,
  out?: string,
): string {
  const { accuracy, baseline, macroF1, auc, logLoss } = summary;
  const interval = ({ estimate, low, high }: Interval) =>
    `${estimate.toFixed(3)}  (95% interval ${low.toFixed(3)} to ${high.toFixed(3)})`;
  const table = alignColumns(
    [
      ['fold', 'accuracy', 'loss', 'epochs', 'trained on', 'predicted'],
      ...folds.map((fold, i) => [
        ...[String(i + 1), fold.accuracy.toFixed(3), fold.loss.toFixed(3), String(fold.history.length)],
        ...[String(fold.train), String(fold.validation)],
      ]),
    ],
    [true, true, true, true, true, true],
  );
  const lines = [
    `out-of-fold accuracy  ${interval(accuracy)}; always '${printableLine(classes[baseline.class]!)}': ${baseline.accuracy.toFixed(3)}`,
    `macro F1              ${interval(macroF1)}`,
    ...(auc ? [`area under ROC        ${interval(auc)}`] : []),
    `log loss              ${interval(logLoss)}`,
    `pictures              ${summary.examples}, each predicted by the model that was not trained on it; ${skipped.length} skipped`,
    `time                  ${seconds.toFixed(1)} s`,
    ...(stopped ? [`stopped               after fold ${folds.length}: the numbers are of its pictures only`] : []),
    ...skipped.map(({ file, reason }) => `skipped               ${printableLine(file)}: ${printableLine(reason)}`),
    ...(out === undefined ? [] : [`saved in              ${resolve(out)}`]),
  ];
  return `${table}\n\n${lines.join('\n')}\n`;
}
