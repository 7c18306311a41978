import type { CheckLabelsOptions } from '../../analysis/labels';
import { shown, UserError } from '../../core/errors';
import type { Listener } from '../../core/listener';
import { withDefaults } from '../../core/options';
import {
  type Correction,
  type CorrectionAction,
  correctionsFile,
  type Dataset,
  type Example,
  type Subset,
} from '../../data';
import { displaySymbol, type MimeBundle } from '../../notebook/mime';
import { readRun } from '../../runs';
import { OpenRun } from '../../runs/openRun';
import { splitDatasetOfRun } from '../../runs/runPictures';
import type { Prediction, TrainResult } from '../../training';
import type { RunSource } from '../shownRun';
import { findCandidates, type SuspectPicture } from './candidates';
import { Decisions } from './decisions';
import { CleaningView } from './view';

/** Options of {@link cleanLabels}. */
export interface CleanLabelsOptions {
  /** The pictures whose labels are suspect, the most suspect first. Default: found in the predictions by `metrics.suspectLabels` */
  suspects?: readonly SuspectPicture[];
  /**
   * Predictions by models that were not trained on these pictures, such as those of `training.crossValidate`. Default: those of
   * `checkLabels`, for all pictures
   */
  predictions?: readonly Prediction[];
  /**
   * Options of `checkLabels`, which predicts all pictures where neither suspects nor predictions are given; `false` leaves suspect labels
   * out. Default: the backbone, weights and input size of the run, with which `checkLabels` needs a few seconds for a thousand pictures
   */
  labels?: CheckLabelsOptions | false;
  /** Receives progress, and may ask to stop. Default: none */
  listener?: Listener;
}

/** The pictures to decide about, and the decisions. As the last value of a cell it is a widget. */
export interface LabelCleaning {
  /** The pictures with suspect labels, the most suspect first: paths inside the folder of the dataset. */
  readonly suspects: string[];
  /**
   * The pictures that are in two of the parts training, validation and test: the same picture, one that looks like it, or one of the same
   * group. A dataset without parts has none.
   */
  readonly leaks: string[];
  /** The other pictures that look like others, or are the same. */
  readonly alike: string[];
  /** The pictures that are dark, overexposed, almost of one colour or blurred, or unlike all others. */
  readonly odd: string[];
  /** Why labels were not checked; empty where they were. */
  readonly problem: string;
  /** All decisions so far, also those of earlier sessions. */
  readonly corrections: Correction[];
  /** The file with the decisions. */
  readonly file: string;
  /**
   * Decide about a picture, as its buttons do. The decision is saved at once.
   *
   * @param picture path inside the folder of the dataset
   * @param action `null` takes a decision back
   * @param label the class that it gets, with `'relabel'`
   * @throws {UserError} if there is no such picture or class, or the decision cannot be saved
   */
  decide(picture: string, action: CorrectionAction | null, label?: string): void;
  /** Take the last decision of this session back. Returns whether there was one. */
  undo(): boolean;
  /** The widget, its picture and its text as the output of a cell. */
  [displaySymbol](): Promise<MimeBundle>;
}

/**
 * Look at suspect labels, leaks, pictures that look alike and odd pictures, and decide about each: keep it, give it another class, or leave
 * it out. Each decision is saved at once in `corrections.csv` in the folder of the dataset, which `openDataset` applies; no picture is
 * moved or deleted. Decisions can be undone, and are still there after a restart.
 *
 * Suspect labels are found by confident learning (Northcutt, Jiang and Chuang 2021) in predictions of all pictures, each by models that
 * were not trained on it, as `checkLabels` makes them from the features of a frozen backbone. Duplicates, dark and blurred pictures are
 * those that `checkDataset` finds. Leaks are found between the parts of a run, or those that the folders of a dataset give.
 *
 * With the keyboard: arrow keys move between pictures, K keeps, S takes the suggested class, 1 to 9 give a class, X leaves out, U undoes.
 *
 * @param source a dataset; what `train` returned; the folder of a saved run, whose pictures are still where they were; or what `openRun`
 *   gives
 * @throws {UserError} when an option is unknown, a suspect is not a picture of the dataset, `corrections.csv` is not understood, or the
 *   pictures of a saved run are gone or do not say their classes
 *
 * @example
 * ```ts
 * import { openDataset } from 'tunebook';
 * import { cleanLabels } from 'tunebook/widgets';
 *
 * const suspects = [{ file: 'cat/2.png', suggested: 'tree', reason: 'looks like one' }];
 * const cleaning = await cleanLabels(await openDataset('photos'), { suspects });
 * cleaning.decide('cat/2.png', 'relabel', 'tree'); // or with mouse and keyboard, below the cell
 * (await openDataset('photos')).corrections?.relabeled; // => 1
 * ```
 */
export async function cleanLabels(source: Dataset | RunSource, options?: CleanLabelsOptions): Promise<LabelCleaning> {
  const given = withDefaults<CleanLabelsOptions>('cleanLabels', options, {
    suspects: undefined,
    predictions: undefined,
    labels: undefined,
    listener: undefined,
  });
  const { suspects, predictions, labels, listener = {} } = given;
  const { dataset, settings } = await datasetOf(source);
  const decisions = new Decisions(dataset);
  const { candidates, problem } = await findCandidates(dataset, {
    ...{ suspects, predictions, listener, required: labels !== undefined },
    labels: labels === false ? false : { ...settings, ...labels },
  });
  if (problem) listener.onMessage?.(problem);
  const view = new CleaningView(dataset, candidates, decisions, problem);
  return {
    suspects: view.namesIn('suspect'),
    leaks: view.namesIn('leak'),
    alike: view.namesIn('alike'),
    odd: view.namesIn('odd'),
    problem,
    get corrections() {
      return decisions.all;
    },
    file: correctionsFile(dataset),
    decide(picture, action, label) {
      decisions.decide(picture, action, label);
      view.show();
    },
    undo() {
      const name = decisions.undo();
      view.show();
      return name !== undefined;
    },
    [displaySymbol]: () => view.bundle(),
  };
}

/** The dataset, and for a run how to look for suspect labels: with features of the backbone that it began with, which has seen no label. */
async function datasetOf(source: Dataset | RunSource): Promise<{ dataset: Dataset; settings: CheckLabelsOptions }> {
  if (typeof source === 'string' || source instanceof OpenRun) {
    const folder = typeof source === 'string' ? source : source.folder;
    const run = readRun(folder);
    return { dataset: inOrderOfNames(await splitDatasetOfRun(folder, run)), settings: featuresOf(run.settings) };
  }
  if (typeof source === 'object' && source !== null && 'examples' in source) return { dataset: source, settings: {} };
  if (typeof source === 'object' && source !== null && 'split' in source) {
    return { dataset: inOrderOfNames(splitDatasetOf(source)), settings: featuresOf(source.settings) };
  }
  throw new UserError(
    `cleanLabels: expected a dataset, what train or openRun returned, or the folder of a saved run, got ${shown(source)}`,
  );
}

const featuresOf = ({ backbone, weights, inputSize }: TrainResult['settings']): CheckLabelsOptions => {
  return { backbone, weights, inputSize };
};

/** The folds in which labels are checked depend on the order: a run and its folder show the same. */
function inOrderOfNames(dataset: Dataset): Dataset {
  const examples = [...dataset.examples].sort((a, b) => (a.file < b.file ? -1 : Number(a.file > b.file)));
  return { ...dataset, examples };
}

/** The pictures that a run was trained, validated and tested on. */
function splitDatasetOf({ folder, classes, split, correctionsFile: file }: TrainResult): Dataset {
  const part = (examples: readonly Example[], subset: Subset) => examples.map((example) => ({ ...example, subset }));
  const { train, validation, test = [] } = split;
  const examples = [...part(train, 'train'), ...part(validation, 'validation'), ...part(test, 'test')];
  return { folder, classes, examples, skipped: [], ...(file !== undefined && { correctionsFile: file }) };
}
