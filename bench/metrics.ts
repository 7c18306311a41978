/**
 * Every metric compared with scikit-learn: node dist/bench/metrics.js [--json]
 *
 * The inputs are those of the tests: random ones, degenerate ones, and none at all. scikit-learn's numbers, and its errors or warnings if
 * it has no number, come from the files that the scripts in test/metrics wrote.
 */
import { parseArgs } from 'node:util';
import { alignColumns } from '../src/core/text';
import {
  accuracy,
  calibration,
  classReport,
  confusionMatrix,
  fitTemperature,
  precisionRecallCurve,
  rocCurve,
  softmaxAt,
  topKAccuracy,
} from '../src/metrics';
import curves from '../test/metrics/curves_fixture.json';
import reports from '../test/metrics/sklearn_fixture.json';

interface Line {
  metric: string;
  on: string;
  /** a number; NaN or an error's name if there is none */
  ours: number | string;
  theirs: number | string;
}

/** scikit-learn's answer, as stored in the test data */
interface Answer {
  /** null stands for NaN */
  value?: number | null;
  warnings?: string[];
  error?: string;
}

/** A number that comes with a warning is only a placeholder, so it counts as NaN. */
function theirsOf({ value, warnings = [], error }: Answer): number | string {
  if (error !== undefined) return error;
  if (typeof value === 'number' && warnings.length === 0) return value;
  return [value ?? 'NaN', ...warnings].join(', ');
}

function oursOf(call: () => number): number | string {
  try {
    const value = call();
    return Number.isNaN(value) ? 'NaN' : value;
  } catch (error) {
    return (error as Error).constructor.name;
  }
}

function reportLines(): Line[] {
  return reports.reports.flatMap(({ title, classes, labels, predictions, ...expected }) => {
    const report = classReport(confusionMatrix(labels, predictions, classes));
    const found: Line[] = [];
    const add = (metric: string, ours: number, theirs: number) => found.push({ metric, on: title, ours, theirs });
    add('accuracy', report.accuracy, expected.accuracy);
    for (const mean of ['macro', 'weighted'] as const) {
      add(`${mean} precision`, report[mean].precision, expected[mean].precision);
      add(`${mean} recall`, report[mean].recall, expected[mean].recall);
      add(`${mean} F1`, report[mean].f1, expected[mean]['f1-score']);
    }
    for (const [c, row] of report.rows.entries()) {
      const theirs = expected.rows[c]!;
      add(`precision of ${row.class}`, row.precision, theirs.precision);
      add(`recall of ${row.class}`, row.recall, theirs.recall);
      add(`F1 of ${row.class}`, row.f1, theirs['f1-score']);
      add(`support of ${row.class}`, row.support, theirs.support);
    }
    return found;
  });
}

function topKLines(): Line[] {
  return reports.top_k.flatMap(({ title, labels, scores, values }) =>
    Object.entries(values).map(([k, theirs]) => ({
      ...{ metric: `top-${k} accuracy`, on: title },
      ...{ ours: topKAccuracy(labels, scores, Number(k)), theirs },
    })),
  );
}

function curveLines(): Line[] {
  return curves.binary.flatMap(({ title: on, labels, scores, areas }) => [
    { metric: 'area under ROC', on, ours: oursOf(() => rocCurve(labels, scores).area), theirs: theirsOf(areas.roc) },
    {
      ...{ metric: 'average precision', on },
      ours: oursOf(() => precisionRecallCurve(labels, scores).averagePrecision),
      theirs: theirsOf(areas.precisionRecall),
    },
  ]);
}

function calibrationLines(): Line[] {
  return curves.calibration.flatMap(({ title: on, labels, logits, bins, ...expected }) => {
    const judged = calibration(labels, softmaxAt(logits, 1), bins);
    return [
      { metric: 'calibration error', on, ours: judged.error, theirs: expected.error },
      { metric: 'log loss', on, ours: judged.logLoss, theirs: expected.logLoss },
      { metric: 'Brier score', on, ours: judged.brier, theirs: expected.brier },
      { metric: 'temperature', on, ours: fitTemperature(labels, logits), theirs: expected.temperature },
    ];
  });
}

/** The metrics of an empty list of examples. */
function nothingLines(): Line[] {
  const counted = () => confusionMatrix([], [], ['c0', 'c1']);
  const calls: Record<string, () => number> = {
    accuracy: () => accuracy([], []),
    'top-1 accuracy': () => topKAccuracy([], [], 1),
    'confusion matrix': () => counted().counts.flat().length,
    'macro F1': () => classReport(counted()).macro.f1,
    'area under ROC': () => rocCurve([], []).area,
    'average precision': () => precisionRecallCurve([], []).averagePrecision,
    'log loss': () => calibration([], []).logLoss,
    'Brier score': () => calibration([], []).brier,
  };
  return reports.nothing.map(({ metric, theirs }) => ({
    ...{ metric, on: 'no examples' },
    ...{ ours: oursOf(calls[metric]!), theirs: theirsOf(theirs) },
  }));
}

/** Null if neither of the two has a number. @throws {Error} if only one has */
function difference({ metric, on, ours, theirs }: Line): number | null {
  if (typeof ours === 'number' && typeof theirs === 'number') return Math.abs(ours - theirs);
  if (typeof ours === typeof theirs) return null;
  throw new Error(`${metric} on ${on}: ${ours} beside scikit-learn's ${theirs}`);
}

function main(): void {
  const { values } = parseArgs({ options: { json: { type: 'boolean' } } });
  const lines = [...reportLines(), ...topKLines(), ...curveLines(), ...calibrationLines(), ...nothingLines()];
  const all = lines.map((line) => ({ ...line, difference: difference(line) }));
  if (values.json) {
    process.stdout.write(`${JSON.stringify(all)}\n`);
    return;
  }
  const text = (value: number | string) => (typeof value === 'number' ? value.toFixed(6) : value);
  const rows = all.map(({ metric, on, ours, theirs, difference: apart }) => [
    ...[metric, on, text(ours), text(theirs)],
    apart === null ? '' : apart.toExponential(1),
  ]);
  const header = ['metric', 'on', 'tunebook', 'scikit-learn', 'difference'];
  process.stdout.write(`${alignColumns([header, ...rows], [false, false, true, true, true])}\n\n`);
  const compared = all.flatMap(({ difference: apart }) => apart ?? []);
  process.stdout.write(
    `${compared.length} numbers compared; the largest difference is ${Math.max(...compared).toExponential(1)} (scikit-learn ${reports.versions['scikit-learn']}); in ${all.length - compared.length} other places scikit-learn warns or refuses, and tunebook gives NaN or an error\n`,
  );
}

main();
