import { resolve } from 'node:path';
import { mistakes, suspectPictures, topLosses } from '../analysis/explain';
import * as charts from '../charts';
import { sha256 } from '../core/files';
import { readBounded } from '../core/readBounded';
import { realPathBelow } from '../core/safePath';
import {
  calibration,
  chooseThreshold,
  classReport,
  confusionMatrix,
  fitTemperature,
  logProbabilities,
  oneVersusRest,
  precisionRecallCurve,
  rocCurve,
  softmaxAt,
  thresholdTable,
} from '../metrics';
import type { SavedRun } from '../runs';
import type { Prediction } from '../training';
import type { PageTable } from './page';

/** A part of a report: a table, charts or pictures under a heading. */
export interface Section {
  heading: string;
  /** what to see in it, in a sentence */
  words: string;
  table?: PageTable;
  charts?: charts.Chart[];
  pictures?: charts.GridPicture[];
}

/** Classes whose curves are drawn one by one; of more those of the lowest F1 are. */
const mostCurves = 50;

/** What a run's numbers show. */
export function chartSections(run: SavedRun): Section[] {
  const training = charts.trainingCurves(run.history, { planned: Math.max(1, run.settings.epochs), ended: true });
  const sections: Section[] = [
    {
      heading: 'Training',
      words: 'Loss and accuracy of each epoch; the shaded gap is what validation is worse.',
      charts: [training],
    },
  ];
  const { predictions, classes } = run;
  if (predictions.length === 0) return sections;
  const labels = predictions.map(({ label }) => label);
  const probabilities = predictions.map((each) => each.probabilities);
  const matrix = confusionMatrix(
    labels,
    predictions.map(({ predicted }) => predicted),
    classes,
  );
  const scores = classReport(matrix);
  sections.push({
    heading: 'What is taken for what',
    words: 'True classes down, predicted classes across; classes that are mixed up stand beside each other.',
    charts: [
      charts.confusionMatrixChart(matrix, { sort: classes.length > 2 ? 'confusion' : 'classes' }),
      charts.confusedPairsChart(matrix),
      charts.classScoresChart(scores),
    ],
  });
  if (!probabilities.flat().every(Number.isFinite)) return sections;
  const weakest = new Set(
    [...scores.rows]
      .sort((a, b) => a.f1 - b.f1)
      .slice(0, mostCurves)
      .map((row) => row.class),
  );
  const tasks = oneVersusRest(labels, probabilities, classes)
    .filter((task) => weakest.has(task.class))
    .slice(classes.length === 2 ? 1 : 0);
  const byClass = <T>(curve: (labels: number[], scores: number[]) => T) =>
    Object.fromEntries(tasks.map((task) => [task.class, curve(task.labels, task.scores)]));
  const scaled = softmaxAt(logProbabilities(probabilities), fitTemperature(labels, logProbabilities(probabilities)));
  sections.push({
    heading: 'How well it ranks, and whether its confidence holds',
    words: `Each class against the rest${classes.length > mostCurves ? ` (the ${mostCurves} of the lowest F1, of ${classes.length})` : ''}, and how often predictions of each confidence are right.`,
    charts: [
      charts.rocChart(byClass(rocCurve)),
      charts.precisionRecallChart(byClass(precisionRecallCurve)),
      charts.reliabilityChart(calibration(labels, probabilities), { after: calibration(labels, scaled) }),
    ],
  });
  const [task] = tasks;
  if (classes.length === 2 && task && new Set(task.labels).size === 2) {
    const chosen = chooseThreshold(task.labels, task.scores);
    const table = thresholdTable(task.labels, task.scores);
    sections.push({
      heading: 'Where to draw the line',
      words: `From which probability on a picture is called ${task.class}.`,
      charts: [charts.thresholdChart(table, { chosen, positive: task.class })],
    });
  }
  return sections;
}

/** Bytes of a picture's file: more are not read to see whether it is the one of the run. */
const LARGEST_PICTURE = 2 ** 30;

/**
 * The predictions whose pictures are at hand, with their full paths. A run folder may be a stranger's, and its paths could name
 * any picture on this machine, to be drawn into a page that is given away. So a picture is taken only where the person named the
 * folder that it lies in, or where its content is what the run says: whoever made the run had it, then.
 *
 * @param data the folder of the pictures; undefined: that of the run
 */
export function predictionsAtHand(
  { configuration, predictions, validationHashes = [] }: SavedRun,
  data: string | undefined,
): Prediction[] {
  return predictions.flatMap((each, i) => {
    try {
      if (data !== undefined) return [{ ...each, file: realPathBelow(data, each.file, 'a picture') }];
      const file = resolve(configuration.data.folder, each.file);
      const same = sha256(readBounded(file, { largest: LARGEST_PICTURE })) === validationHashes[i];
      return same ? [{ ...each, file }] : [];
    } catch {
      return []; // not there, or not to be read: the report says how many
    }
  });
}

/** Galleries of validation pictures; the predictions have full paths and finite probabilities. */
export async function pictureSections({ classes }: SavedRun, predictions: readonly Prediction[]): Promise<Section[]> {
  if (predictions.length === 0) return [];
  const shown = { classes, predictions };
  const sections: Section[] = [
    { heading: 'Highest losses', words: 'Its own class got the least probability.', pictures: await topLosses(shown) },
    { heading: 'Surest mistakes', words: 'What it said, and what it is.', pictures: await mistakes(shown) },
    {
      heading: 'Labels to look at again',
      words: 'The model is surer of another class than it is of that class in general.',
      pictures: await suspectPictures(shown),
    },
  ];
  return sections.filter(({ pictures }) => pictures!.length > 0);
}
