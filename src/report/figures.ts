import { mistakes, suspectPictures, topLosses } from '../analysis/explain';
import * as charts from '../charts';
import type { Reading } from '../data';
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
import { baselineOf } from '../metrics/baseline';
import type { SavedRun } from '../runs';
import type { Prediction } from '../training';
import type { PageTable } from './page';

/** A part of a report: a table, charts or pictures under a heading. */
export interface Section {
  heading: string;
  /** what the section shows, in a sentence or two */
  words: string;
  table?: PageTable;
  charts?: charts.Chart[];
  pictures?: charts.GridPicture[];
}

/** The most classes for which curves are drawn; of more classes, those with the lowest F1. */
const mostCurves = 50;

/** The charts of a run: training curves, and those of {@link predictionSections}. */
export function chartSections(run: SavedRun): Section[] {
  return [trainingSection(run), ...predictionSections(run)];
}

/** The charts of predictions: confusion matrix, ranking, calibration and threshold. */
export function predictionSections({ predictions, classes }: Pick<SavedRun, 'predictions' | 'classes'>): Section[] {
  if (predictions.length === 0) return [];
  const sections: Section[] = [];
  const labels = predictions.map(({ label }) => label);
  const matrix = confusionMatrix(
    labels,
    predictions.map(({ predicted }) => predicted),
    classes,
  );
  const scores = classReport(matrix);
  sections.push({
    heading: 'Confusion matrix',
    words:
      'True classes down, predicted classes across; classes that are confused with each other are next to each other.',
    charts: [
      charts.confusionMatrixChart(matrix, { sort: classes.length > 2 ? 'confusion' : 'classes' }),
      charts.confusedPairsChart(matrix),
      charts.classScoresChart(scores),
    ],
  });
  const probabilities = predictions.map((each) => each.probabilities);
  if (!probabilities.flat().every(Number.isFinite)) return sections;
  const weakest = [...scores.rows].sort((a, b) => a.f1 - b.f1).slice(0, mostCurves);
  const drawnClasses = new Set(weakest.map((row) => row.class));
  const tasks = oneVersusRest(labels, probabilities, classes)
    .filter((task) => drawnClasses.has(task.class))
    .slice(classes.length === 2 ? 1 : 0); // of two classes, the second one's curves show all
  const groups = predictions.map(({ group }) => group);
  sections.push(rankingSection(tasks, { labels, probabilities, groups }, classes.length));
  const [task] = tasks;
  if (classes.length === 2 && task && new Set(task.labels).size === 2) sections.push(thresholdSection(task));
  return sections;
}

function trainingSection({ history: saved, settings, predictions }: SavedRun): Section {
  const validationBaseline =
    predictions.length > 0 ? baselineOf(predictions.map(({ label }) => label)).accuracy : undefined;
  const history = saved.map((record) => ({
    ...record,
    ...(validationBaseline !== undefined && { validationBaseline }),
  }));
  return {
    heading: 'Training',
    words: 'Loss and accuracy of each epoch; the shaded gap is the difference between training and validation.',
    charts: [charts.trainingCurves(history, { planned: Math.max(1, settings.epochs), ended: true })],
  };
}

type Task = ReturnType<typeof oneVersusRest>[number];

interface Judged {
  labels: number[];
  probabilities: number[][];
  groups: (string | undefined)[];
}

function rankingSection(tasks: readonly Task[], { labels, probabilities, groups }: Judged, classes: number): Section {
  const byClass = <T>(curve: (labels: number[], scores: number[]) => T) =>
    Object.fromEntries(tasks.map((task) => [task.class, curve(task.labels, task.scores)]));
  const logits = logProbabilities(probabilities);
  const scaled = softmaxAt(logits, fitTemperature(labels, logits));
  const some = classes > mostCurves ? ` (the ${mostCurves} with the lowest F1, of ${classes})` : '';
  return {
    heading: 'Ranking and calibration',
    words: `Curves of each class against the rest${some}, and how often predictions of each confidence are correct.`,
    charts: [
      charts.rocChart(byClass(rocCurve)),
      charts.precisionRecallChart(byClass(precisionRecallCurve)),
      charts.reliabilityChart(calibration(labels, probabilities, 10, groups), { after: calibration(labels, scaled) }),
    ],
  };
}

function thresholdSection({ class: positive, labels, scores }: Task): Section {
  const chosen = chooseThreshold(labels, scores);
  return {
    heading: 'Decision threshold',
    words: `The probability from which a picture is classified as ${positive}.`,
    charts: [charts.thresholdChart(thresholdTable(labels, scores), { chosen, positive })],
  };
}

/** Galleries of pictures; the predictions have full paths and finite probabilities. */
export async function pictureSections(
  { classes }: Pick<SavedRun, 'classes'>,
  predictions: readonly Prediction[],
  reading?: Reading,
): Promise<Section[]> {
  if (predictions.length === 0) return [];
  const shown = { classes, predictions, ...(reading && { reading }) };
  const sections: Section[] = [
    {
      heading: 'Highest losses',
      words: 'The pictures whose true class got the lowest probability.',
      pictures: await topLosses(shown),
    },
    {
      heading: 'Most confident mistakes',
      words: 'The predicted class, and the true one.',
      pictures: await mistakes(shown),
    },
    {
      heading: 'Suspect labels',
      words:
        'The probability of another class is higher than is usual for pictures of that class, so the label may be wrong.',
      pictures: await suspectPictures(shown),
    },
  ];
  return sections.filter(({ pictures }) => pictures!.length > 0);
}
