import { relative, resolve } from 'node:path';
import { UserError } from '../core/errors';
import type { Listener } from '../core/listener';
import { withDefaults } from '../core/options';
import type { Dataset, Example, Reading, Skipped, Subset } from '../data';
import {
  type ClassificationSummary,
  type ClassReport,
  type ConfusionMatrix,
  classReport,
  type Slice,
} from '../metrics';
import { summaryWithin } from '../metrics/summary';
import { availableEngine, type EngineChoice } from '../tensorflow/graph';
import {
  type ExamplePrediction,
  type Prediction,
  recordTestUse,
  summarizePredictions,
  type TestUse,
  testUseWarning,
} from '../training';
import { OpenRun, openRun } from './openRun';
import { readConfiguration } from './readConfiguration';
import { readMetrics } from './readMetrics';
import { slicePictures } from './slices';

/** What of a dataset can be evaluated. */
export const evaluationParts: readonly (Subset | 'all')[] = ['train', 'validation', 'test', 'all'];

/** Options of `evaluateRun`. */
export interface EvaluateRunOptions {
  /** which part of the dataset: 'train', 'validation', 'test' or 'all'. Default: 'test' where the dataset has a test part, else 'all' */
  part?: Subset | 'all';
  /**
   * whether to evaluate on slices of the pictures, too, or by which properties: class, folder, file type, size, shape, brightness,
   * or columns of the table, such as the camera. `true` takes all but class that differ between the pictures; of more than 2,000
   * pictures a sample is opened for size, shape and brightness. Default: false
   */
  slices?: boolean | readonly string[];
  /** confidence level of the intervals, between 0 and 1. Default: 0.95 */
  confidence?: number;
  /**
   * what computes the network: 'tensorflow', 'onnxruntime' or 'openvino' where they are set up, or with 'auto' the fastest of them. Their
   * probabilities differ by about a millionth. Default: 'tensorflow'
   */
  engine?: EngineChoice;
  /** receives progress in pictures, and is asked whether to stop. Default: none */
  listener?: Listener;
}

/** A part of the pictures of an evaluation, such as those of one camera, with all metrics. */
export interface EvaluatedSlice extends Slice {
  /** all metrics of its pictures, with intervals that know groups */
  summary: ClassificationSummary;
}

/** What `evaluateRun` returns. */
export interface RunEvaluation {
  /** full path of the run's folder */
  run: string;
  /** the dataset's folder, to which the files of the predictions are relative */
  folder: string;
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
  /**
   * parts of the pictures, the lowest accuracy first, without those of fewer than five pictures; each is compared with all other
   * pictures, with p values adjusted for their number. Only with the option `slices`
   */
  slices?: EvaluatedSlice[];
  /** how many pictures were opened for slices by size, shape and brightness; missing where all were opened */
  sliceSample?: { opened: number; pictures: number };
  /** one for each picture that could be read; `file` is relative to the dataset's folder */
  predictions: Prediction[];
  /** pictures that could not be read, and why */
  skipped: Skipped[];
  /** pictures with the content of training or validation pictures of the run; they make the numbers too high */
  seen: { training: string[]; validation: string[] };
  /**
   * number of other models that were evaluated on any of these pictures before, on this machine; the best of several is
   * overestimated. Without a test part, pictures that the run was trained or validated on do not count
   */
  earlier: number;
  /** on how many of these pictures */
  reused: number;
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
 * @throws {UserError} if the dataset has a class that the run does not know, no picture of the part could be read, or the engine is not
 *   installed
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
    slices: false as boolean | readonly string[],
    confidence: 0.95,
    engine: 'tensorflow' as EngineChoice,
    listener: {} as Listener,
  });
  availableEngine(given.engine, 'float32'); // before the run is opened
  const { part, examples } = partOf(dataset, given.part);
  const model = run instanceof OpenRun ? run : await openRun(run);
  try {
    const { classes } = model;
    const labelled = withLabelsOf(examples, dataset.classes, classes);
    const { predictions, skipped } = await model.predictExamples(labelled, given.listener, given.engine);
    if (predictions.length === 0) {
      throw new UserError(
        `evaluateRun: no picture could be read${skipped[0] ? `: ${skipped[0].file}: ${skipped[0].reason}` : ''}`,
      );
    }
    const { summary, confusion } = summarizePredictions(predictions, classes, given.confidence);
    const seen = seenIn(model.folder, predictions);
    const use = recordUse(part, predictions, seen);
    const nameOf = (file: string) => relative(dataset.folder, file) || file;
    return {
      ...{ run: resolve(model.folder), folder: dataset.folder },
      ...(given.slices !== false &&
        (await slicesOf(predictions, labelled, classes, {
          ...given,
          nameOf,
          reading: readConfiguration(model.folder).data.reading,
        }))),
      ...{
        classes: [...classes],
        part,
        summary,
        confusion,
        report: classReport(confusion),
        skipped,
        earlier: use.earlier,
        reused: use.reused,
      },
      predictions: predictions.map(({ hash: _, ...prediction }) => ({ ...prediction, file: nameOf(prediction.file) })),
      seen: { training: seen.training.map(nameOf), validation: seen.validation.map(nameOf) },
      warnings: warningsOf(seen, use, predictions.length),
    };
  } finally {
    if (model !== run) model.dispose();
  }
}

/** The slices of pictures with all their metrics. */
async function slicesOf(
  predictions: readonly Prediction[],
  examples: readonly Example[],
  classes: readonly string[],
  {
    slices: names,
    confidence,
    nameOf,
    reading,
  }: {
    slices: boolean | readonly string[];
    confidence: number;
    nameOf: (file: string) => string;
    /** how the run reads pictures */
    reading: Reading | undefined;
  },
): Promise<Pick<RunEvaluation, 'slices' | 'sliceSample'>> {
  const byFile = new Map(examples.map((example) => [example.file, example]));
  const pictures = predictions.map((each) => ({
    ...each,
    file: nameOf(each.file), // slices by folder are named within the dataset
    columns: byFile.get(each.file)?.columns,
  }));
  const paths = predictions.map(({ file }) => (byFile.get(file)?.pixels ? undefined : file));
  const { slices, members, sample } = await slicePictures(pictures, classes, {
    ...(typeof names !== 'boolean' && { names }),
    pathOf: (i) => paths[i],
    ...(reading && { reading }),
    confidence,
  });
  return {
    slices: slices.map((slice, s) => {
      const own = members[s]!.map((i) => predictions[i]!);
      return { ...slice, summary: summaryOfSlice(own, confidence) };
    }),
    ...(sample && { sliceSample: sample }),
  };
}

/** Of many slices, so fewer resamples for each. */
const SLICE_WORK = 4e7;

function summaryOfSlice(predictions: readonly Prediction[], confidence: number): ClassificationSummary {
  return summaryWithin(
    SLICE_WORK,
    predictions.map(({ label }) => label),
    predictions.map(({ probabilities }) => probabilities),
    { groups: predictions.map(({ group }) => group), confidence },
  );
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

/**
 * Pictures that the run has not seen are test pictures, also where no folder or column calls them so; those that it was trained or
 * validated on may be looked at as often as one likes.
 */
function recordUse(
  part: Subset | 'all',
  predictions: readonly ExamplePrediction[],
  { training, validation }: RunEvaluation['seen'],
): TestUse & { pictures: number } {
  const known = part === 'test' ? new Set() : new Set([...training, ...validation]);
  const unseen = predictions.filter(({ file }) => !known.has(file));
  const none = part === 'train' || part === 'validation' || unseen.length === 0;
  return { ...(none ? { earlier: 0, reused: 0 } : recordTestUse(unseen)), pictures: unseen.length };
}

function warningsOf(
  { training, validation }: RunEvaluation['seen'],
  use: TestUse & { pictures: number },
  total: number,
): string[] {
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
  const used = testUseWarning(use, use.pictures);
  if (used) warnings.push(used);
  return warnings;
}
