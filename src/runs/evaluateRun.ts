import { relative } from 'node:path';
import { UserError } from '../core/errors';
import type { Listener } from '../core/listener';
import { withDefaults } from '../core/options';
import type { Dataset, Example, Skipped, Subset } from '../data';
import { type ClassificationSummary, type ClassReport, type ConfusionMatrix, classReport } from '../metrics';
import { type Prediction, recordTestUse, summarizePredictions, testUseWarning } from '../training';
import { OpenRun, openRun } from './openRun';
import { readMetrics } from './readMetrics';

/** What of a dataset can be evaluated. */
export const evaluationParts: readonly (Subset | 'all')[] = ['train', 'validation', 'test', 'all'];

/** Options of `evaluateRun`. */
export interface EvaluateRunOptions {
  /** which part of the dataset: 'train', 'validation', 'test' or 'all'. Default: 'test' where the dataset has a test part, else 'all' */
  part?: Subset | 'all';
  /** confidence level of the intervals, between 0 and 1. Default: 0.95 */
  confidence?: number;
  /** receives progress in pictures, and is asked whether to stop. Default: none */
  listener?: Listener;
}

/** What `evaluateRun` returns. */
export interface RunEvaluation {
  /** class names, in the order of the probabilities */
  classes: string[];
  /** which part of the dataset was evaluated */
  part: Subset | 'all';
  /** accuracy, macro F1, area under the ROC curve and more, each with its interval; beside the accuracy of the most frequent class */
  summary: ClassificationSummary;
  /** how often each true class was predicted as each class */
  confusion: ConfusionMatrix;
  /** precision, recall and F1 of each class */
  report: ClassReport;
  /** one for each picture that could be read; `file` is relative to the dataset's folder */
  predictions: Prediction[];
  /** pictures that could not be read, and why */
  skipped: Skipped[];
  /** pictures with the content of training or validation pictures of the run; they make the numbers too high */
  seen: { training: string[]; validation: string[] };
  /** number of other models that were evaluated on the same pictures before, on this machine; the best of several is overestimated */
  earlier: number;
  /** reasons why the numbers may be too high, in a sentence each */
  warnings: string[];
}

/**
 * Evaluate a saved run on labelled pictures: accuracy and other metrics with confidence intervals that take groups into account,
 * the probabilities of every picture, and warnings if the numbers may be too high: pictures that the run was trained on (found
 * by their content), or test pictures that were used before.
 *
 * @param run a run folder, or what `openRun` returned
 * @param dataset labelled pictures, such as `openDataset` gives; its classes are matched with the run's by name
 * @throws {UserError} if the dataset has a class that the run does not know, or no picture of the part could be read
 *
 * @example
 * ```ts
 * import { openDataset, runs } from 'tunebook';
 * const evaluation = await runs.evaluateRun('runs/first', await openDataset('photos'));
 * evaluation.summary.examples; // => 24
 * evaluation.warnings.length > 0; // => true
 * ```
 */
export async function evaluateRun(
  run: string | OpenRun,
  dataset: Dataset,
  options?: EvaluateRunOptions,
): Promise<RunEvaluation> {
  const given = withDefaults('evaluateRun', options, {
    part: undefined as EvaluateRunOptions['part'],
    confidence: 0.95,
    listener: {} as Listener,
  });
  const { part, examples } = partOf(dataset, given.part);
  const model = run instanceof OpenRun ? run : await openRun(run);
  try {
    const { classes } = model;
    const labelled = withLabelsOf(examples, dataset.classes, classes);
    const { predictions, skipped } = await model.predictExamples(labelled, given.listener);
    if (predictions.length === 0) {
      throw new UserError(
        `evaluateRun: no picture could be read${skipped[0] ? `: ${skipped[0].file}: ${skipped[0].reason}` : ''}`,
      );
    }
    const { summary, confusion } = summarizePredictions(predictions, classes, given.confidence);
    const seen = seenIn(model.folder, predictions);
    const earlier = part === 'test' ? recordTestUse(predictions, summary.accuracy.estimate) : 0;
    const nameOf = (file: string) => relative(dataset.folder, file) || file;
    return {
      ...{ classes: [...classes], part, summary, confusion, report: classReport(confusion), skipped, earlier },
      predictions: predictions.map(({ hash: _, ...prediction }) => ({ ...prediction, file: nameOf(prediction.file) })),
      seen: { training: seen.training.map(nameOf), validation: seen.validation.map(nameOf) },
      warnings: warningsOf(seen, earlier, predictions.length),
    };
  } finally {
    if (model !== run) model.dispose();
  }
}

function partOf({ examples }: Dataset, wanted: EvaluateRunOptions['part']) {
  if (wanted !== undefined && !evaluationParts.includes(wanted)) {
    throw new UserError(`evaluateRun: unknown part '${wanted}'; the parts are ${evaluationParts.join(', ')}`);
  }
  const part = wanted ?? (examples.some(({ subset }) => subset === 'test') ? 'test' : 'all');
  const chosen = part === 'all' ? examples : examples.filter(({ subset }) => subset === part);
  if (chosen.length === 0) {
    throw new UserError(
      part === 'all'
        ? 'evaluateRun: the dataset has no labelled pictures'
        : `evaluateRun: the dataset has no ${part} part; give \`part: 'all'\`, or a folder named ${part}`,
    );
  }
  return { part, examples: chosen };
}

/** Examples whose labels count the run's classes. */
function withLabelsOf(examples: readonly Example[], own: readonly string[], classes: readonly string[]): Example[] {
  const labels = own.map((name) => classes.indexOf(name));
  const unknown = own.filter((_, label) => labels[label]! < 0 && examples.some((example) => example.label === label));
  if (unknown.length > 0) {
    const list = (names: readonly string[]) => names.slice(0, 10).join(', ') + (names.length > 10 ? ', ...' : '');
    throw new UserError(
      `evaluateRun: the run does not know the class${unknown.length > 1 ? 'es' : ''} ${list(unknown)}; its classes are ${list(classes)}: rename the folders, or leave them out with selectClasses`,
    );
  }
  return examples.map((example) => ({ ...example, label: labels[example.label]! }));
}

function seenIn(folder: string, predictions: readonly { file: string; hash: string }[]): RunEvaluation['seen'] {
  const { trainingHashes = [], validationHashes = [] } = readMetrics(folder);
  const [training, validation] = [new Set(trainingHashes), new Set(validationHashes)];
  const filesIn = (hashes: Set<string>) => predictions.filter(({ hash }) => hashes.has(hash)).map(({ file }) => file);
  return { training: filesIn(training), validation: filesIn(validation) };
}

function warningsOf({ training, validation }: RunEvaluation['seen'], earlier: number, total: number): string[] {
  const warnings: string[] = [];
  if (training.length > 0) {
    warnings.push(
      `the run was trained on ${training.length} of these ${total} pictures (the same content): the numbers are too good; evaluate it on pictures that it has not seen`,
    );
  }
  if (validation.length > 0) {
    warnings.push(
      `${validation.length} of these ${total} pictures were the run's validation pictures, by which it may have been chosen: the numbers may be too good`,
    );
  }
  const used = testUseWarning(earlier);
  if (used) warnings.push(used);
  return warnings;
}
