import * as charts from '../../src/charts';
import type { EpochRecord } from '../../src/core/listener';
import { Random } from '../../src/core/random';
import {
  calibration,
  chooseThreshold,
  classReport,
  confusionMatrix,
  fitTemperature,
  oneVersusRest,
  precisionRecallCurve,
  rocCurve,
  sliceAccuracy,
  softmaxAt,
  thresholdTable,
  wilsonInterval,
} from '../../src/metrics';
import type { LearningRateFinding } from '../../src/metrics/learningRateFinding';

/** A training that overfits from its seventh epoch on. */
export const overfitting: EpochRecord[] = Array.from({ length: 20 }, (_, i) => ({
  epoch: i + 1,
  loss: 1.6 * 0.8 ** i,
  accuracy: 1 - 0.75 * 0.78 ** i,
  validationLoss: 0.75 + 0.9 * 0.6 ** i + 0.0022 * i ** 2,
  validationAccuracy: 0.78 - 0.5 * 0.6 ** i,
  learningRate: 3e-3 * Math.cos((Math.PI / 2) * (i / 20)),
  seconds: 0.4,
}));

/** Logits of a made-up model: the true class has the highest logit with some `skill`, and neighbouring classes are confused. */
export function madeUpModel(names: readonly string[], examples: number, skill: number, seed = 0) {
  const random = new Random(seed, 'made-up model');
  const noise = () => random.uniform() + random.uniform() + random.uniform() - 1.5;
  const labels = Array.from({ length: examples }, (_, i) => i % names.length);
  const logits = labels.map((label) =>
    names.map((_, c) => 3 * (noise() + (c === label ? skill : (c ^ 1) === label ? 0.45 * skill : 0))),
  );
  const probabilities = softmaxAt(logits, 1);
  const predictions = probabilities.map((row) => row.indexOf(Math.max(...row)));
  return { names, labels, logits, probabilities, predictions, matrix: confusionMatrix(labels, predictions, names) };
}

const flowers = madeUpModel(['daisy', 'dandelion', 'roses', 'sunflowers', 'tulips'], 150, 0.9);
const pets = madeUpModel(['cat', 'dog'], 90, 0.75, 3);
const many = madeUpModel(
  Array.from({ length: 100 }, (_, c) => `class number ${c}`),
  1500,
  1.1,
);
const twelve = madeUpModel(
  Array.from({ length: 12 }, (_, c) => `kind ${c}`),
  360,
  1,
);

const byClass = <T>(model: ReturnType<typeof madeUpModel>, curve: (labels: number[], scores: number[]) => T) =>
  Object.fromEntries(
    oneVersusRest(model.labels, model.probabilities, model.names).map((task) => [
      task.class,
      curve(task.labels, task.scores),
    ]),
  );

const catLabels = pets.labels.map((label) => 1 - label);
const catScores = pets.probabilities.map(([p]) => p!);
const scaled = softmaxAt(flowers.logits, fitTemperature(flowers.labels, flowers.logits));
const rows = flowers.labels.map((label, i) => ({
  label,
  predicted: flowers.predictions[i],
  class: flowers.names[label],
  brightness: ((i * 37) % 101) / 101,
}));
const random = new Random(1, 'cloud');
const cloud = flowers.labels.map((label, i) => ({
  x: 3 * Math.cos(1.26 * label) + 2 * (random.uniform() + random.uniform() - 1),
  y: 3 * Math.sin(1.26 * label) + 2 * (random.uniform() + random.uniform() - 1),
  class: flowers.names[label]!,
  note: `picture ${i}`,
  wrong: flowers.predictions[i] !== label,
}));

function backbone(
  title: string,
  [megabytes, parameters, multiplyAdds, milliseconds]: [number, number, number, number],
  [published, probe, neighbours, logMe]: [number, number, number, number],
): charts.BackboneChartRow {
  return {
    ...{ title, fileBytes: 1e6 * megabytes, parameters: 1e6 * parameters, multiplyAdds: 1e9 * multiplyAdds, logMe },
    ...{ millisecondsAPicture: milliseconds, publishedTop1: published },
    probe: wilsonInterval(Math.round(300 * probe), 300),
    neighbours: wilsonInterval(Math.round(300 * neighbours), 300),
  };
}
const studyRow = (variant: string, dropout: number, mean: number, seconds: number) => ({
  axes: { variant, dropout },
  accuracy: { mean, low: mean - 0.02, high: mean + 0.02 },
  seconds,
});
const study = [
  studyRow('feature-extraction', 0, 0.8, 1),
  studyRow('feature-extraction', 0.5, 0.82, 1.2),
  studyRow('hybrid', 0, 0.81, 20),
  studyRow('hybrid', 0.5, 0.9, 25),
  studyRow('fine-tune-all', 0, 0.86, 90),
  studyRow('fine-tune-all', 0.5, 0.89, 93),
];

const sweep: LearningRateFinding = {
  steps: Array.from({ length: 60 }, (_, i) => {
    const learningRate = 1e-6 * 10 ** (i / 10);
    const smoothed = 1.6 - 1.2 / (1 + 3e-3 / learningRate) + 0.4 * learningRate ** 2;
    return { learningRate, loss: smoothed + 0.05 * Math.sin(i), smoothed };
  }),
  valley: 1.6e-3,
  steepest: 3.2e-3,
} as LearningRateFinding;

/** A square of one colour, as a picture. */
const square = (color: string) =>
  `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96"><rect width="96" height="96" fill="${color}"/></svg>`)}`;

/** Every chart by name, as the sheet of all charts shows them and the snapshot tests draw them. */
export const examples: Record<string, charts.Chart> = {
  'training-curves': charts.trainingCurves(overfitting, { title: 'Head' }),
  'training-curves-begin': charts.trainingCurves(overfitting.slice(0, 3), { planned: 20 }),
  'compare-curves': charts.compareCurves({
    'no dropout': overfitting,
    'dropout 0.5': overfitting.map((r) => ({ ...r, validationLoss: r.validationLoss! * 0.9 - 0.001 * r.epoch })),
  }),
  'compare-curves-long-names': charts.compareCurves({
    'feature-extraction, dropout 0.5': overfitting.slice(0, 3),
    'fine-tune-all, dropout 0.5': overfitting
      .slice(0, 3)
      .map((r) => ({ ...r, validationLoss: r.validationLoss! * 0.9 })),
  }),
  confusion: charts.confusionMatrixChart(flowers.matrix),
  'confusion-rows-sorted': charts.confusionMatrixChart(twelve.matrix, { normalize: 'rows', sort: 'confusion' }),
  'confusion-2': charts.confusionMatrixChart(pets.matrix, { normalize: 'columns' }),
  'confusion-100': charts.confusionMatrixChart(many.matrix, { sort: 'confusion' }),
  'confused-pairs': charts.confusedPairsChart(flowers.matrix),
  'class-scores': charts.classScoresChart(classReport(flowers.matrix)),
  'class-scores-100': charts.classScoresChart(classReport(many.matrix)),
  roc: charts.rocChart(byClass(flowers, rocCurve)),
  'roc-12': charts.rocChart(byClass(twelve, rocCurve)),
  'precision-recall': charts.precisionRecallChart(byClass(flowers, precisionRecallCurve)),
  reliability: charts.reliabilityChart(calibration(flowers.labels, flowers.probabilities), {
    after: calibration(flowers.labels, scaled),
  }),
  'reliability-alone': charts.reliabilityChart(calibration(pets.labels, pets.probabilities)),
  threshold: charts.thresholdChart(thresholdTable(catLabels, catScores), {
    chosen: chooseThreshold(catLabels, catScores, { recall: 0.95 }),
    positive: 'cat',
  }),
  slices: charts.sliceChart(sliceAccuracy(rows, 'brightness'), { title: 'Accuracy by brightness' }),
  embedding: charts.embeddingChart(cloud),
  backbones: charts.backboneChart([
    backbone('MobileNetV2', [9.1, 2.26, 0.3, 6.2], [0.713, 0.82, 0.79, -0.12]),
    backbone('ResNet-50', [94.4, 23.59, 3.86, 31.5], [0.749, 0.86, 0.84, -0.04]),
    backbone('VGG16', [58.9, 14.71, 15.35, 140.2], [0.713, 0.79, 0.75, -0.16]),
  ]),
  'learning-rate': charts.learningRateChart(sweep),
  pareto: charts.paretoChart(study),
  interaction: charts.interactionChart(study, 'variant', 'dropout'),
  'parallel-coordinates': charts.parallelCoordinates(study),
  'run-dots': charts.runDotsChart(
    study.flatMap(({ axes, accuracy }) =>
      [-0.03, 0, 0.01, 0.02].map((off, seed) => ({ axes, seed, accuracy: accuracy.mean + off })),
    ),
  ),
  'learning-curves': charts.learningCurveChart(
    [3, 10, 40].flatMap((pictures, i) =>
      [1, 2, 3].flatMap((seed) => [
        { axes: { training: 'frozen' }, ...{ pictures, seed, accuracy: 0.4 + 0.07 * i + 0.012 * seed } },
        { axes: { training: 'last block' }, ...{ pictures, seed, accuracy: 0.36 + 0.12 * i + 0.015 * seed } },
      ]),
    ),
    { title: 'Drawings: where the curves cross' },
  ),
  forest: charts.forestPlot([
    { variant: 'feature-extraction', n: 5, accuracy: 0.6, difference: null, verdict: 'baseline' },
    ...[0.08, 0.01, -0.4].map((difference, i) => ({
      ...{ variant: ['hybrid', 'two-phase', 'fine-tune-all'][i], n: 5, accuracy: 0.6 + difference, difference },
      ...{ 'difference low': difference - 0.03, 'difference high': difference + 0.03 },
      verdict: ['better', 'cannot tell', 'worse'][i],
    })),
  ]),
  pictures: charts.pictureGrid(
    ['#0072b2', '#d55e00', '#00795a', '#a8447e', '#8a6400'].map((color, i) => ({
      url: square(color),
      label: flowers.names[i]!,
      detail: `${90 - 7 * i}%`,
    })),
    { title: 'Pictures with a label and a number' },
  ),
};
