import { arquero } from '../core/arquero';
import type { Prediction } from '../training';

/** One row for each picture, with a column for each class. */
export function predictionTable(
  predictions: readonly Prediction[],
  classes: readonly string[],
): ReturnType<typeof arquero.table> {
  const column = <T>(value: (prediction: Prediction) => T) => predictions.map(value);
  const columns: [string, unknown[]][] = [
    ['file', column(({ file }) => file)],
    ['class', column(({ label }) => classes[label])],
    ['predicted', column(({ predicted }) => classes[predicted])],
    ...(predictions.some(({ group }) => group !== undefined)
      ? [['group', column(({ group }) => group ?? null)] as [string, unknown[]]]
      : []),
    ...classes.map((name, c): [string, unknown[]] => [
      `probability of ${name}`,
      column(({ probabilities }) => probabilities[c]),
    ]),
  ];
  return arquero.table(columns);
}
