import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { printableLine } from '../core/escape/printable';
import { writeFileAtomically } from '../core/files';
import { alignColumns, counted } from '../core/text';
import { type DataOptions, openDataset } from '../data/public';
import { evaluationHtml } from '../report';
import { type EvaluateRunOptions, evaluateRun, evaluationParts, type RunEvaluation } from '../runs';
import { checkExport, exportTable } from '../study/exportTable';
import type { EngineChoice } from '../tensorflow/graph';
import { terminalListener } from '../terminal/terminal';
import { addDataOptions, DATA_HELP, splitDataOptions } from './dataOptions';
import { withInterval } from './interval';
import { outputFile, predictionsKind } from './outputFile';
import { pageFile } from './pageFile';
import { predictionTable } from './predictionTable';
import { print, printAside, printJson } from './print';
import { interruptible } from './stop';
import { settingOption } from './trainingOptions';

interface Options extends DataOptions {
  data: string;
  part?: EvaluateRunOptions['part'];
  predictions?: string;
  slices?: true | string[];
  engine?: EngineChoice;
  report?: string;
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
    .option(
      '--slices [property...]',
      'evaluate parts of the pictures, too: by class, folder, "file type", size, shape, brightness, or columns of the table; default: all but class',
    )
    .addOption(settingOption('engine').helpGroup('Options:'))
    .option('--report <file>', 'write a report with charts, slices and mistakes, one self-contained HTML page')
    .option('--json', 'one JSON object as the last line')
    .action(async (run: string, { data, part, predictions, slices, engine, report, json, ...options }: Options) => {
      if (predictions !== undefined) {
        checkExport(predictions);
        outputFile(predictions, '--predictions', predictionsKind);
      }
      const page = report === undefined ? undefined : pageFile(report, '--report');
      const { end, ...listener } = terminalListener();
      const evaluation = await interruptible(async (shouldStop) => {
        const dataset = await openDataset(data, { ...splitDataOptions(options).how, listener });
        return evaluateRun(run, dataset, {
          ...{ part, slices: slices ?? page !== undefined, engine },
          listener: { ...listener, shouldStop },
        });
      }).finally(end);
      if (predictions !== undefined)
        await exportTable(predictionTable(evaluation.predictions, evaluation.classes), predictions);
      if (page !== undefined) writeFileAtomically(page, await evaluationHtml(evaluation, { say: printAside }));
      for (const warning of evaluation.warnings) printAside(`warning: ${printableLine(warning)}`);
      const files = { predictions: predictions === undefined ? null : resolve(predictions), report: page ?? null };
      if (json) printJson(asJson(evaluation, files));
      else print(asText(evaluation, files));
    });
  return addDataOptions(command);
}

/** Where the evaluation was written to, null where it was not. */
interface Files {
  predictions: string | null;
  report: string | null;
}

function asJson(evaluation: RunEvaluation, files: Files) {
  const { summary, report, confusion, part, skipped, seen, earlier, reused, warnings, classes, slices } = evaluation;
  return {
    ...{ part, classes, ...summary, baseline: { ...summary.baseline, class: classes[summary.baseline.class] } },
    ...{ perClass: report.rows, confusion: confusion.counts, skipped, seen, earlier, reused, warnings },
    ...(slices && { slices, sliceSample: evaluation.sliceSample ?? null }),
    ...files,
  };
}

function asText(evaluation: RunEvaluation, files: Files): string {
  const { summary, report, part, skipped, classes, slices } = evaluation;
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
    ...Object.entries(files).flatMap(([name, file]) => (file === null ? [] : [[name, file]])),
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
  const parts = [lines.join('\n'), table, ...(slices ? [sliceText(slices, evaluation.sliceSample)] : [])];
  return `${parts.join('\n\n')}\n`;
}

/** The most slices that are printed; the JSON object has all. */
const MOST_SLICES = 20;

function sliceText(slices: NonNullable<RunEvaluation['slices']>, sample: RunEvaluation['sliceSample']): string {
  if (slices.length === 0) return 'slices: none of at least 5 pictures, or all pictures are alike';
  const percent = Math.round(100 * slices[0]!.summary.accuracy.confidence);
  const rows = slices
    .slice(0, MOST_SLICES)
    .map(({ by, slice, total, adjusted, summary: { accuracy, baseline, macroF1, logLoss } }) => [
      ...[by, slice, accuracy.estimate.toFixed(3), `${accuracy.low.toFixed(3)} to ${accuracy.high.toFixed(3)}`],
      ...[baseline.accuracy.toFixed(3), macroF1.estimate.toFixed(3), logLoss.estimate.toFixed(3), String(total)],
      adjusted < 0.001 ? '<0.001' : adjusted.toFixed(3),
    ]);
  const header = [
    ...['slice by', 'slice', 'accuracy', `${percent}% interval`, 'baseline', 'macro F1', 'log loss', 'pictures'],
    'adjusted p',
  ];
  const more = slices.length > MOST_SLICES ? `the lowest ${MOST_SLICES} of ` : '';
  const opened = sample
    ? `\nSize, shape and brightness are of ${sample.opened} of the ${sample.pictures} pictures.`
    : '';
  return `${alignColumns([header, ...rows], [false, false, true, true, true, true, true, true, true])}
${more}${counted(slices.length, 'slice')}; p is that of Fisher's exact test against all other pictures, adjusted for ${counted(slices.length, 'comparison')} (Benjamini and Hochberg 1995)${opened}`;
}
