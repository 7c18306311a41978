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
import type { Prediction, TrainResult } from '../../training';
import { findCandidates, type SuspectPicture } from './candidates';
import { Decisions } from './decisions';
import { CleaningView } from './view';

/** Options of {@link cleanLabels}. */
export interface CleanLabelsOptions {
  /**
   * Predictions by models that were not trained on these pictures, such as those of `training.crossValidate`, in which suspect labels
   * are found. Default: the validation predictions of the run; none for a dataset
   */
  predictions?: readonly Prediction[];
  /** The pictures whose labels are suspect, the most suspect first. Default: found in the predictions by `metrics.suspectLabels` */
  suspects?: readonly SuspectPicture[];
  /** Receives progress, and may ask to stop looking for pictures that look alike. Default: none */
  listener?: Pick<Listener, 'onProgress' | 'shouldStop'>;
}

/** The pictures to decide about, and the decisions. As the last value of a cell it is a widget. */
export interface LabelCleaning {
  /** The pictures with suspect labels, the most suspect first: paths inside the folder of the dataset. */
  readonly suspects: string[];
  /** The pictures that look like others, or are the same. */
  readonly alike: string[];
  /** The pictures that are dark, overexposed, almost of one colour, or blurred. */
  readonly odd: string[];
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
 * Look at suspect labels, pictures that look alike and odd pictures, and decide about each: keep it, give it another class, or leave
 * it out. Each decision is saved at once in `corrections.csv` in the folder of the dataset, which `openDataset` applies; no picture is
 * moved or deleted. Decisions can be undone, and are still there after a restart.
 *
 * Suspect labels are found by confident learning (Northcutt, Jiang and Chuang 2021) in predictions by models that were not trained on
 * the pictures: for a run those of its validation pictures, and for all pictures those of `training.crossValidate`.
 *
 * With the keyboard: arrow keys move between pictures, K keeps, S takes the suggested class, 1 to 9 give a class, X leaves out, U undoes.
 *
 * @param source a dataset, or a run
 * @throws {UserError} when an option is unknown, a suspect is not a picture of the dataset, or `corrections.csv` is not understood
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
export async function cleanLabels(source: Dataset | TrainResult, options?: CleanLabelsOptions): Promise<LabelCleaning> {
  const given = withDefaults<Required<Omit<CleanLabelsOptions, 'suspects' | 'predictions'>> & CleanLabelsOptions>(
    'cleanLabels',
    options,
    { predictions: undefined, suspects: undefined, listener: {} },
  );
  const dataset = datasetOf(source);
  const predictions = given.predictions ?? ('predictions' in source ? source.predictions : []);
  const decisions = new Decisions(dataset);
  const candidates = await findCandidates(dataset, { predictions, suspects: given.suspects, listener: given.listener });
  const view = new CleaningView(dataset, candidates, decisions);
  return {
    suspects: view.namesIn('suspect'),
    alike: view.namesIn('alike'),
    odd: view.namesIn('odd'),
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

/** The dataset of a run: the pictures that it was trained, validated and tested on. */
function datasetOf(source: Dataset | TrainResult): Dataset {
  if (typeof source === 'object' && source !== null && 'examples' in source) return source;
  if (typeof source === 'object' && source !== null && 'split' in source) {
    const { folder, classes, split, correctionsFile: file } = source;
    const part = (examples: readonly Example[], subset: Subset) => examples.map((example) => ({ ...example, subset }));
    const { train, validation, test = [] } = split;
    const examples = [...part(train, 'train'), ...part(validation, 'validation'), ...part(test, 'test')];
    return { folder, classes, examples, skipped: [], ...(file !== undefined && { correctionsFile: file }) };
  }
  throw new UserError(`cleanLabels: expected a dataset or the result of train, got ${shown(source)}`);
}
