import { arquero } from '../../core/arquero';
import type { ColumnTable } from '../../core/columnTable';
import type { Listener } from '../../core/listener';
import { checkNumber, withDefaults } from '../../core/options';
import { listed } from '../../core/text';
import { checkLabelled, type Dataset, type Example, type Skipped } from '../../data';
import { contextOf } from '../../data/checks/context';
import { type FindingReport, reportFindings } from '../../data/checks/datasetCheck';
import type { Context, Finding } from '../../data/checks/finding';
import { extractFeatures, type Features, withChannelStatistics } from '../../features';
import { type GroupedAccuracy, groupedAccuracy, type LabelIssue, suspectLabels } from '../../metrics';
import { argmax } from '../../metrics/argmax';
import type { BackboneSource } from '../../models';
import { backboneOf, defaultSettings, type Prediction, type WeightSource } from '../../training';
import { checkSetting } from '../../training/settings/check';
import { type FeatureOutlier, featureOutliers } from './featureOutliers';
import { drawLabelFolds } from './labelFolds';
import { predictOutOfFold } from './outOfFold';

/** Options of {@link checkLabels}. */
export interface CheckLabelsOptions {
  /** Number of folds, at least 2. Default: 5, or as many as there are groups if they are fewer. */
  folds?: number;
  /** Decides the folds. Default: 0. */
  seed?: number;
  /** The pre-trained network whose features are used. Default: that of `train`. */
  backbone?: BackboneSource;
  /** Where the backbone's weights come from. Default: `'imagenet'`. */
  weights?: WeightSource;
  /** Side of the pictures in pixels, as the backbone gets them; 0 is the backbone's own. Default: 0. */
  inputSize?: number;
  /** Whether features are taken from the cache and kept there. Default: true. */
  cache?: boolean;
  /** The most pictures in the grid, from 0 to 500. Default: 24. */
  pictures?: number;
  /** Receives progress, and may ask to stop. Default: none. */
  listener?: Listener;
}

/** The result of {@link checkLabels}. */
export interface LabelCheck extends FindingReport {
  /**
   * A table with the columns `file`, `label`, `suggested`, `self-confidence` (the probability of the label) and `confidence` (that of
   * the suggested class), the most suspect first.
   */
  issues: ColumnTable;
  /** The out-of-fold predictions of the checked pictures: of each, by models that were not trained on it. */
  predictions: Prediction[];
  /** The names of the classes. */
  classes: string[];
  /** Accuracy of these predictions, with its 95% interval; the lower it is, the less is known about the labels. */
  accuracy: GroupedAccuracy | null;
  /** The files that could not be used, with reasons. */
  skipped: Skipped[];
}

/**
 * Find labels that are probably wrong, among all pictures of a dataset, by confident learning (Northcutt, Jiang and Chuang 2021),
 * and pictures that are unlike all others. No network is trained: linear heads on the features of a frozen backbone predict each
 * picture without having seen it, its group or its copies.
 *
 * Pictures of a test part are checked, too. Classes whose pictures are all of one group cannot be checked, and a finding says so.
 *
 * @param dataset labelled pictures
 * @returns findings as `checkDataset` has them, and the predictions, for `explain.suspectPictures` for example
 * @throws {UserError} on an unknown option or a value out of range, and when fewer than two classes can be checked
 *
 * @example
 * ```ts
 * import { checkLabels, imageFolder } from 'tunebook';
 *
 * const check = await checkLabels(imageFolder('photos'), {
 *   backbone: 'mobilenet-v1-0.25', inputSize: 96, weights: 'random',
 * });
 * check.issues.print(); // given and suggested class of each suspect picture
 * check.predictions.length; // => 24
 * ```
 */
export async function checkLabels(dataset: Dataset, options?: CheckLabelsOptions): Promise<LabelCheck> {
  const { findings, context, pictures, ...result } = await findLabelProblems(dataset, options);
  return { ...(await reportFindings(findings, context, pictures)), ...result };
}

/** What {@link checkLabels} finds, to be shown with other findings. */
export async function findLabelProblems(dataset: Dataset, options?: CheckLabelsOptions) {
  const given = withDefaults('checkLabels', options, {
    folds: undefined as number | undefined,
    ...{ seed: 0, backbone: defaultSettings.backbone, weights: defaultSettings.weights, inputSize: 0, cache: true },
    pictures: 24,
    listener: {} as Listener,
  });
  const { folds, seed, backbone: name, weights, inputSize, cache, pictures, listener } = given;
  if (folds !== undefined) checkNumber('checkLabels: folds', folds, { min: 2, integer: true });
  checkNumber('checkLabels: pictures', pictures, { min: 0, max: 500, integer: true });
  for (const setting of ['seed', 'backbone', 'weights', 'inputSize'] as const) {
    checkSetting('checkLabels', setting, given[setting]);
  }
  checkLabelled(dataset);
  const { classes } = dataset;
  drawLabelFolds(dataset.examples, classes, { folds, seed }); // fails before the features are computed
  const loaded = await backboneOf({ backbone: name, weights, inputSize, seed }, listener);
  const backbone = await withChannelStatistics(loaded, dataset.examples, listener);
  try {
    const features = await extractFeatures(backbone, dataset.examples, { cache, listener });
    const stopped = () => listener.shouldStop?.() ?? false;
    const found = stopped() ? undefined : await predictOutOfFold(features, classes, { folds, seed }, listener);
    const outliers = found && (await featureOutliers(features, stopped));
    const rows = [...features.examples.keys()].filter((row) => found?.[row]);
    const predictions = rows.map((row) => toPrediction(features, row, found![row]!));
    const issues = predictions.length === 0 ? [] : issuesOf(predictions);
    const context = contextOf(dataset);
    const unchecked = found ? features.examples.filter((_, row) => !found[row]) : [];
    return {
      findings: [
        ...issues.map((issue) => suspectLabel(issue, features.examples[rows[issue.index]!]!, context)),
        ...(unchecked.length > 0 ? [notChecked(unchecked, context)] : []),
        ...(outliers && outliers.length > 0 ? [unlikeOthers(outliers, features, context)] : []),
        ...(outliers ? [] : [STOPPED]),
      ],
      ...{ context, pictures, predictions, classes, issues: toTable(issues, predictions, classes) },
      accuracy: predictions.length === 0 ? null : accuracyOf(predictions),
      skipped: features.skipped,
    };
  } finally {
    backbone.model.dispose();
  }
}

function toPrediction({ examples }: Features, row: number, probabilities: number[]): Prediction {
  const { file, label, group } = examples[row]!;
  const predicted = argmax(probabilities);
  return { file, label, predicted, probabilities, ...(group !== undefined && { group }) };
}

function issuesOf(predictions: readonly Prediction[]): LabelIssue[] {
  return suspectLabels(
    predictions.map(({ label }) => label),
    predictions.map(({ probabilities }) => probabilities),
  );
}

function accuracyOf(predictions: readonly Prediction[]): GroupedAccuracy {
  return groupedAccuracy(
    predictions.map(({ label, predicted }) => label === predicted),
    predictions.map(({ group }) => group),
  );
}

const percent = (part: number) => `${Math.round(100 * part)}%`;

function suspectLabel(
  { label, suggested, selfConfidence, margin }: LabelIssue,
  example: Example,
  { nameOf, classes }: Context,
): Finding {
  return {
    severity: 'note',
    finding: 'suspect label',
    detail: `${nameOf(example)}: labelled ${classes[label]} (self-confidence ${percent(selfConfidence)}), suggested: ${classes[suggested]} (${percent(selfConfidence + margin)})`,
    advice:
      'look at it, and correct the label if it is wrong (confident learning: Northcutt et al. 2021, with models that were not trained on it)',
    examples: [example],
  };
}

/** The finding about pictures whose features are unlike those of all others. */
export const unusualContent = 'unusual content';

function unlikeOthers(outliers: readonly FeatureOutlier[], { examples }: Features, { nameOf }: Context): Finding {
  const names = outliers.map(({ row, distance }) => `${nameOf(examples[row]!)} (distance ${distance.toFixed(2)})`);
  return {
    severity: 'note',
    finding: unusualContent,
    detail: `${outliers.length} unlike all others (usual distance of features ${outliers[0]!.usual.toFixed(2)}): ${listed(names)}`,
    advice: 'look at them: they may show something else than the classes (nearest neighbours: Kuan and Mueller 2022)',
    examples: outliers.map(({ row }) => examples[row]!),
  };
}

function notChecked(examples: readonly Example[], { classOf, nameOf }: Context): Finding {
  const names = [...new Set(examples.map(classOf))];
  return {
    severity: 'note',
    finding: 'label not checked',
    detail: `${examples.length} of ${listed(names)}: ${listed(examples.map(nameOf))}`,
    advice: 'a class needs pictures of two groups, or two pictures without a group, to be checked: add some',
    examples,
  };
}

const STOPPED: Finding = {
  severity: 'note',
  finding: 'stopped',
  detail: 'the labels were not checked to the end',
  advice: 'run the check again without stopping it to find all suspect labels',
  examples: [],
};

function toTable(issues: readonly LabelIssue[], predictions: readonly Prediction[], classes: string[]): ColumnTable {
  const rounded = (part: number) => Number(part.toFixed(4));
  return arquero.table({
    file: issues.map(({ index }) => predictions[index]!.file),
    label: issues.map(({ label }) => classes[label]!),
    suggested: issues.map(({ suggested }) => classes[suggested]!),
    'self-confidence': issues.map(({ selfConfidence }) => rounded(selfConfidence)),
    confidence: issues.map(({ selfConfidence, margin }) => rounded(selfConfidence + margin)),
  });
}
