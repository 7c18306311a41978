/**
 * Every metric beside scikit-learn's number for it: node dist/bench/metrics.js [--json]
 *
 * Of the inputs that the tests use, random and degenerate ones; scikit-learn's numbers are those that the scripts in
 * test/evaluation wrote.
 */
import { parseArgs } from 'node:util';
import { alignColumns } from '../src/charts/text';
import {
  calibration,
  classReport,
  confusionMatrix,
  fitTemperature,
  precisionRecallCurve,
  rocCurve,
  softmaxAt,
} from '../src/evaluation';
import curves from '../test/evaluation/curves_fixture.json';
import reports from '../test/evaluation/sklearn_fixture.json';

interface Line {
  metric: string;
  on: string;
  ours: number;
  /** null where the fixture has none: the metric says nothing there, as an area without positives, and ours is NaN */
  theirs: number | null;
}

function lines(): Line[] {
  const found: Line[] = [];
  for (const { title, classes, labels, predictions, ...expected } of reports.reports) {
    const report = classReport(confusionMatrix(labels, predictions, classes));
    const add = (metric: string, ours: number, theirs: number) => found.push({ metric, on: title, ours, theirs });
    add('accuracy', report.accuracy, expected.accuracy);
    for (const mean of ['macro', 'weighted'] as const) {
      add(`${mean} precision`, report[mean].precision, expected[mean].precision);
      add(`${mean} recall`, report[mean].recall, expected[mean].recall);
      add(`${mean} F1`, report[mean].f1, expected[mean]['f1-score']);
    }
  }
  for (const { title, labels, scores, roc, precisionRecall } of curves.binary) {
    found.push({ metric: 'area under ROC', on: title, ours: rocCurve(labels, scores).area, theirs: roc?.area ?? null });
    const { averagePrecision } = precisionRecallCurve(labels, scores);
    const theirs = precisionRecall?.averagePrecision ?? null;
    found.push({ metric: 'average precision', on: title, ours: averagePrecision, theirs });
  }
  for (const { title, labels, logits, bins, ...expected } of curves.calibration) {
    const judged = calibration(labels, softmaxAt(logits, 1), bins);
    found.push({ metric: 'calibration error', on: title, ours: judged.error, theirs: expected.error });
    found.push({ metric: 'log loss', on: title, ours: judged.logLoss, theirs: expected.logLoss });
    found.push({ metric: 'Brier score', on: title, ours: judged.brier, theirs: expected.brier });
    found.push({
      ...{ metric: 'temperature', on: title },
      ...{ ours: fitTemperature(labels, logits), theirs: expected.temperature },
    });
  }
  return found;
}

/** null where the fixture has no number to compare with. @throws {Error} if ours is one there */
function difference({ metric, on, ours, theirs }: Line): number | null {
  if (theirs !== null) return Math.abs(ours - theirs);
  if (!Number.isNaN(ours)) throw new Error(`${metric} on ${on}: ${ours} where there is none`);
  return null;
}

function main(): void {
  const { values } = parseArgs({ options: { json: { type: 'boolean' } } });
  const all = lines().map((line) => ({ ...line, difference: difference(line) }));
  if (values.json) {
    process.stdout.write(`${JSON.stringify(all)}\n`);
    return;
  }
  const number = (value: number | null) => (value === null || Number.isNaN(value) ? 'none' : value.toFixed(6));
  const rows = all.map(({ metric, on, ours, theirs, difference: apart }) => [
    ...[metric, on, number(ours), number(theirs)],
    apart === null ? '' : apart.toExponential(1),
  ]);
  const header = ['metric', 'on', 'tunebook', 'scikit-learn', 'difference'];
  process.stdout.write(`${alignColumns([header, ...rows], [false, false, true, true, true])}\n\n`);
  const compared = all.flatMap(({ difference: apart }) => apart ?? []);
  process.stdout.write(
    `${compared.length} numbers compared; the largest difference is ${Math.max(...compared).toExponential(1)} (scikit-learn ${reports.versions['scikit-learn']})\n`,
  );
}

main();
