import { baselineOf } from './baseline';
import { groupedAccuracy } from './groupedAccuracy';

/** What is said of a prediction: its true and predicted class, and its group where it has one. */
interface Judged {
  label: number;
  predicted: number;
  group?: string;
}

const percent = (value: number) => `${(100 * value).toFixed(1)}%`;

/**
 * The accuracy of predictions in one sentence: with its 95% interval, which knows groups, and beside it the accuracy of always
 * predicting the most frequent class.
 */
export function describePredictions(predictions: readonly Judged[], classes: readonly string[]): string {
  const total = predictions.length;
  const right = predictions.map(({ label, predicted }) => label === predicted);
  const { estimate, low, high, groups, effective } = groupedAccuracy(
    right,
    predictions.map(({ group }) => group),
  );
  const baseline = baselineOf(predictions.map(({ label }) => label));
  const grouped = groups < total ? ` (${groups} groups, as good as ${Math.round(effective)} independent pictures)` : '';
  return (
    `${right.filter(Boolean).length} of ${total} right: ${percent(estimate)}, 95% interval ${percent(low)} to ${percent(high)}${grouped}; ` +
    `always '${classes[baseline.class]}': ${percent(baseline.accuracy)}; one picture is ${(100 / total).toFixed(1)} points`
  );
}
