import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { printableLine } from '../core/escape/printable';
import { alignColumns } from '../core/text';
import { type DataOptions, openDataset } from '../data/public';
import { type EvaluateRunOptions, evaluateRun, evaluationParts, type RunEvaluation } from '../runs';
import { checkExport, exportTable } from '../study/exportTable';
import { terminalListener } from '../terminal/terminal';
import { addDataOptions, DATA_HELP, splitDataOptions } from './dataOptions';
import { withInterval } from './interval';
import { predictionTable } from './predictionTable';
import { print, printAside, printJson } from './print';
import { interruptible } from './stop';

interface Options extends DataOptions {
  data: string;
  part?: EvaluateRunOptions['part'];
  predictions?: string;
  json?: true;
}

/** `tunebook evaluate`: how good a saved run is on labelled pictures. */
export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .description('say how good a saved run is on labelled pictures, with intervals')
    .argument('<run>', 'folder of a run, as `train --out` writes it')
    .requiredOption('--data <dir>', DATA_HELP)
    .addOption(
      new Option('--part <name>', 'part of the pictures; default: test where there is such a part, else all').choices(
        evaluationParts,
      ),
    )
    .option(
      '--predictions <file>',
      'write the probabilities of every picture, to a .csv, .parquet, .arrow or .json file',
    )
    .option('--json', 'one JSON object as the last line')
    .action(async (run: string, { data, part, predictions, json, ...options }: Options) => {
      if (predictions !== undefined) checkExport(predictions);
      const { end, ...listener } = terminalListener();
      const evaluation = await interruptible(async (shouldStop) => {
        const dataset = await openDataset(data, { ...splitDataOptions(options).how, listener });
        return evaluateRun(run, dataset, { part, listener: { ...listener, shouldStop } });
      }).finally(end);
      if (predictions !== undefined)
        await exportTable(predictionTable(evaluation.predictions, evaluation.classes), predictions);
      for (const warning of evaluation.warnings) printAside(`warning: ${printableLine(warning)}`);
      if (json) printJson(asJson(evaluation, predictions));
      else print(asText(evaluation, predictions));
    });
  return addDataOptions(command);
}

function asJson(evaluation: RunEvaluation, predictions?: string) {
  const { summary, report, confusion, part, skipped, seen, earlier, warnings, classes } = evaluation;
  return {
    ...{ part, classes, ...summary, baseline: { ...summary.baseline, class: classes[summary.baseline.class] } },
    ...{ perClass: report.rows, confusion: confusion.counts, skipped, seen, earlier, warnings },
    predictions: predictions === undefined ? null : resolve(predictions),
  };
}

function asText(evaluation: RunEvaluation, predictions?: string): string {
  const { summary, report, part, skipped, classes } = evaluation;
  const { accuracy, baseline, balancedAccuracy, macroF1, auc, logLoss, calibrationError } = summary;
  const groups =
    accuracy.groups < accuracy.examples
      ? `; ${accuracy.groups} groups, as good as ${Math.round(accuracy.effective)} independent pictures`
      : '';
  const lines = [
    ['accuracy', `${withInterval(accuracy)}${groups}`],
    ['baseline', `${baseline.accuracy.toFixed(3)}  (always '${printableLine(classes[baseline.class]!)}')`],
    ['balanced accuracy', withInterval(balancedAccuracy)],
    ['macro F1', withInterval(macroF1)],
    ...(auc ? [['area under ROC', withInterval(auc)]] : []),
    ['log loss', withInterval(logLoss)],
    ['calibration error', calibrationError.toFixed(3)],
    ['pictures', `${summary.examples}${part === 'all' ? '' : ` of the ${part} part`}, ${skipped.length} skipped`],
    ...skipped.map(({ file, reason }) => ['skipped', `${printableLine(file)}: ${printableLine(reason)}`]),
    ...(predictions === undefined ? [] : [['predictions', resolve(predictions)]]),
  ].map(([name, value]) => `${name!.padEnd(20)}${value}`);
  const rows = report.rows
    .filter(({ support, precision }) => support > 0 || precision > 0)
    .map((row) => [
      printableLine(row.class),
      ...[row.precision, row.recall, row.f1].map((value) => value.toFixed(3)),
      String(row.support),
    ]);
  const table = alignColumns(
    [['class', 'precision', 'recall', 'F1', 'pictures'], ...rows],
    [false, true, true, true, true],
  );
  return `${lines.join('\n')}\n\n${table}\n`;
}
