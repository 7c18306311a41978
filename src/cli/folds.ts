import { join, relative, resolve } from 'node:path';
import { printableLine } from '../core/escape/printable';
import { writeFileAtomically } from '../core/files';
import { alignColumns } from '../core/text';
import type { Dataset } from '../data';
import { saveRun } from '../runs';
import { exportTable } from '../study/exportTable';
import { type CrossValidateOptions, type CrossValidation, crossValidate } from '../training';
import { withInterval } from './interval';
import { predictionTable } from './predictionTable';

/**
 * Cross-validate, and with `out` save the run of each fold as soon as it is trained, so that no fold is lost when a later one
 * fails, and at the end the out-of-fold predictions and the metrics.
 */
export async function trainFolds(
  dataset: Dataset,
  options: CrossValidateOptions,
  out?: string,
): Promise<CrossValidation> {
  if (out === undefined) return crossValidate(dataset, options);
  const result = await crossValidate(dataset, {
    ...options,
    onFold: (run, fold) => saveRun(run, join(out, `fold-${fold}`)),
  });
  const { classes, folder } = result;
  const predictions = result.predictions.map((each) => ({ ...each, file: relative(folder, each.file) }));
  await exportTable(predictionTable(predictions, classes), join(out, 'out-of-fold.csv'));
  writeFileAtomically(join(out, 'metrics.json'), `${JSON.stringify(foldsJson(result), null, 2)}\n`);
  return result;
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
  const table = alignColumns(
    [
      ['fold', 'accuracy', '95% interval', 'baseline', 'loss', 'epochs', 'trained on', 'predicted'],
      ...folds.map(({ accuracy, interval, baseline, loss, history, train, validation }, i) => [
        ...[String(i + 1), accuracy.toFixed(3), `${interval.low.toFixed(3)} to ${interval.high.toFixed(3)}`],
        ...[baseline.accuracy.toFixed(3), loss.toFixed(3), String(history.length), String(train), String(validation)],
      ]),
    ],
    Array<boolean>(8).fill(true),
  );
  const lines = [
    `out-of-fold accuracy  ${withInterval(accuracy)}; always '${printableLine(classes[baseline.class]!)}': ${baseline.accuracy.toFixed(3)}`,
    `macro F1              ${withInterval(macroF1)}`,
    ...(auc ? [`area under ROC        ${withInterval(auc)}`] : []),
    `log loss              ${withInterval(logLoss)}`,
    `pictures              ${summary.examples}, each predicted by the model that was not trained on it; ${skipped.length} skipped`,
    `time                  ${seconds.toFixed(1)} s`,
    ...(stopped ? [`stopped               after fold ${folds.length}: the numbers are of its pictures only`] : []),
    ...skipped.map(({ file, reason }) => `skipped               ${printableLine(file)}: ${printableLine(reason)}`),
    ...(out === undefined ? [] : [`saved in              ${resolve(out)}`]),
  ];
  return `${table}\n\n${lines.join('\n')}\n`;
}
