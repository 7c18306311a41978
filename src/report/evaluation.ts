import { basename } from 'node:path';
import { withDefaults } from '../core/options';
import { realPathBelow } from '../core/safePath';
import { counted } from '../core/text';
import { describePredictions } from '../metrics/describePredictions';
import type { RunEvaluation } from '../runs';
import { readConfiguration } from '../runs/readConfiguration';
import { type Prediction, settingText } from '../training';
import { classSection } from './classTable';
import { drawn } from './draw';
import { pictureSections, predictionSections } from './figures';
import { htmlPage, type Page } from './page';
import { predictionsForScripts } from './scripts';
import { classList, madeWith } from './settings';
import { sliceSections } from './slices';
import { groupWords, metricsTable } from './testPictures';

/** Options of `evaluationHtml`. */
export interface EvaluationReportOptions {
  /** called with what is left out, and why; the page says so, too. Default: none */
  say?: (text: string) => void;
}

/** The most skipped pictures that are listed for scripts. */
const MOST_SKIPPED = 1000;
/** The most slices that are there for scripts, those of the lowest accuracy. */
const MOST_SLICES = 500;
/** With more classes than this, the counts of the confusion matrix would make the page larger than everything else. */
const MOST_COUNTED = 200;

/**
 * Write a report of an evaluation as one self-contained HTML page: all metrics with intervals beside the accuracy of the most frequent
 * class, what makes them too high, confusion matrix, classes, ranking, calibration, slices where they were evaluated, the most
 * confident mistakes, and the numbers as JSON in `<script id="evaluation">`.
 *
 * Only pictures in the dataset's folder are shown: a table that comes from someone else could name any private picture of this machine.
 *
 * @param evaluation what `evaluateRun` returned
 * @returns the page, to be written to a file
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { openDataset, runs } from 'tunebook';
 * const evaluation = await runs.evaluateRun('runs/first', await openDataset('photos'), { slices: true });
 * const page = await runs.evaluationHtml(evaluation);
 * await writeFile('evaluation.html', page);
 * page.slice(0, 15); // => '<!doctype html>'
 * ```
 */
export async function evaluationHtml(evaluation: RunEvaluation, options?: EvaluationReportOptions): Promise<string> {
  const { say } = withDefaults('evaluationHtml', options, { say: (_: string) => {} });
  const { predictions, classes, summary, warnings, skipped } = evaluation;
  const notes = warnings.map((warning) => `Warning: ${warning}.`);
  const leaveOut = (reason: string) => {
    notes.push(reason);
    say(reason);
  };
  if (skipped.length > 0) {
    const [{ file, reason }] = skipped as [{ file: string; reason: string }];
    notes.push(`${counted(skipped.length, 'picture')} could not be read, such as ${file}: ${reason}`);
  }
  const available = availableOf(evaluation);
  if (available.length < predictions.length) leaveOut(missing(predictions.length - available.length, evaluation));
  const sections = [
    {
      heading: 'Metrics',
      words: [`All metrics of the ${counted(summary.examples, 'picture')}.`, ...groupWords(summary)].join(' '),
      table: metricsTable(summary, classes),
    },
    ...predictionSections(evaluation),
    ...classSection(predictions, classes, summary.accuracy.confidence),
    ...sliceSections(
      { slices: evaluation.slices ?? [], ...(evaluation.sliceSample && { sample: evaluation.sliceSample }) },
      predictions,
      'pictures',
    ),
    ...(await pictureSections(evaluation, available, readConfiguration(evaluation.run).data.reading)),
  ];
  return htmlPage({
    title: `Evaluation of ${basename(evaluation.run)}`,
    summary: summaryOf(evaluation),
    notes,
    sections: await Promise.all(sections.map(drawn)),
    settings: settingsOf(evaluation),
    data: { id: 'evaluation', content: numbersOf(evaluation) },
  });
}

/** Predictions with the full paths of their pictures, of those pictures that are in the dataset's folder. */
function availableOf({ predictions, folder }: RunEvaluation): Prediction[] {
  return predictions.flatMap((each) => {
    try {
      return [{ ...each, file: realPathBelow(folder, each.file, 'a picture') }];
    } catch {
      return []; // in memory, or elsewhere; the page says how many are
    }
  });
}

function missing(count: number, { predictions, folder }: RunEvaluation): string {
  const what = count === predictions.length ? 'the galleries are left out' : 'they are not in the galleries';
  return `${count} of the ${counted(predictions.length, 'picture')} are not files in '${folder}': ${what}; for a table, give the folder of the pictures with --images`;
}

function summaryOf({ predictions, classes, part, folder }: RunEvaluation): string[] {
  const which = part === 'all' ? 'all pictures' : `the ${part} part`;
  return [`${describePredictions(predictions, classes)}.`, `Evaluated on ${which} of '${basename(folder)}'.`];
}

function settingsOf({ run, folder, part, classes }: RunEvaluation): Page['settings'] {
  const configuration = readConfiguration(run);
  const { backbone, variant } = configuration.settings;
  return [
    ['run', run],
    ['pictures', folder],
    ['part', part],
    ['classes', classList(classes)],
    ['backbone', settingText(backbone)],
    ['variant', variant],
    ['trained on', `${configuration.data.train} pictures`],
    ...madeWith(configuration),
  ];
}

function numbersOf(evaluation: RunEvaluation): object {
  const { part, classes, summary, report, confusion, slices, sliceSample, seen, earlier, reused } = evaluation;
  const { warnings, skipped } = evaluation;
  return {
    ...{ part, classes, summary, perClass: report.rows, sliceSample },
    ...(slices && { slices: slices.slice(0, MOST_SLICES), sliceCount: slices.length }),
    ...(classes.length <= MOST_COUNTED && { confusion: confusion.counts }),
    seen: { training: seen.training.length, validation: seen.validation.length },
    ...{ earlier, reused, warnings, skipped: skipped.slice(0, MOST_SKIPPED) },
    ...predictionsForScripts(evaluation, 'the file that `tunebook evaluate --predictions` writes'),
  };
}
