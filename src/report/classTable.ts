import { formatShare } from '../core/text';
import { classReport, confusionMatrix } from '../metrics';
import { slicesBy } from '../metrics/slicesBy';
import type { Prediction } from '../training';
import type { Section } from './figures';

/** The most classes in the table; of more, those with the lowest F1. */
const MOST_CLASSES = 200;

/** Precision, recall and F1 of each class as a table, precision and recall with intervals that know groups. */
export function classSection(
  predictions: readonly Prediction[],
  classes: readonly string[],
  confidence: number,
): Section[] {
  const labels = predictions.map(({ label }) => label);
  const predicted = predictions.map((each) => each.predicted);
  const { rows } = classReport(confusionMatrix(labels, predicted, [...classes]));
  const judged = predictions.map(({ label, predicted: found, group }) => ({ label, predicted: found, group }));
  const intervalsBy = (values: readonly number[]) =>
    new Map(
      slicesBy('class', judged, values.map(String), confidence).map(({ slice, low, high }) => [
        Number(slice),
        `${formatShare(low)} to ${formatShare(high)}`,
      ]),
    );
  const [recalls, precisions] = [intervalsBy(labels), intervalsBy(predicted)];
  const listed = rows.map((row, c) => ({ ...row, c })).filter(({ c }) => recalls.has(c) || precisions.has(c));
  const weakest = [...listed].sort((a, b) => a.f1 - b.f1).slice(0, MOST_CLASSES);
  const some = listed.length > MOST_CLASSES;
  return [
    {
      heading: 'Classes',
      words: `Of the pictures predicted as a class, how many are of it (precision); of the pictures of a class, how many are predicted as it (recall); and the harmonic mean of both (F1).${some ? ` The ${MOST_CLASSES} of ${listed.length} classes with the lowest F1.` : ''}`,
      table: {
        header: ['class', 'precision', 'interval', 'recall', 'interval', 'F1', 'pictures'].map((name) =>
          name === 'interval' ? `${Math.round(100 * confidence)}% interval` : name,
        ),
        rows: (some ? weakest : listed).map(({ c, class: name, precision, recall, f1, support }) => [
          ...[name, formatShare(precision), precisions.get(c) ?? '', formatShare(recall), recalls.get(c) ?? ''],
          ...[formatShare(f1), String(support)],
        ]),
        numbers: [false, true, true, true, true, true, true],
      },
    },
  ];
}
