import { counted } from '../../core/text';
import { correctionName, type Example, thumbnail } from '../../data';
import type { Prediction } from '../../training';
import { bytesOf } from '../bytes';
import type { ShownRun } from '../shownRun';

/** The threshold from which pictures change side. */
export const usual = 0.5;
/** Side of a picture, in pixels. */
const side = 120;

/** A prediction as it is shown. */
export interface Card {
  name: string;
  label: string;
  predicted: string;
  /** of the class that the selection is about */
  probability: number;
  /** whether the picture cannot be shown */
  missing: boolean;
}

/** What is selected, and how it is called. */
export interface Selection {
  title: string;
  /** indices of predictions, in the order in which they are shown */
  rows: number[];
  /** the class whose probability is shown; default: the predicted one */
  about?: number;
}

export function cellOf({ predictions, classes }: ShownRun, row: number, column: number): Selection {
  const found = [...predictions.keys()].filter(
    (i) => predictions[i]!.label === row && predictions[i]!.predicted === column,
  );
  found.sort((a, b) => predictions[b]!.probabilities[column]! - predictions[a]!.probabilities[column]!);
  const what = row === column ? `${classes[row]}, predicted right` : `${classes[row]}, predicted as ${classes[column]}`;
  return { title: `${counted(found.length, 'picture')} of ${what}`, rows: found };
}

/** The cell with the most mistakes, or the first one if there are none. */
export function firstMistake(run: ShownRun): Selection {
  let best: { row: number; column: number; wrong: number } = { row: 0, column: 0, wrong: 0 };
  run.confusion.counts.forEach((counts, row) =>
    counts.forEach((wrong, column) => {
      if (row !== column && wrong > best.wrong) best = { row, column, wrong };
    }),
  );
  return cellOf(run, best.row, best.column);
}

/** The pictures that are on another side of this threshold than of the usual one. */
export function changedSide(
  { predictions, classes }: ShownRun,
  { positive, value }: { positive: number; value: number },
) {
  const scoreOf = (row: number) => predictions[row]!.probabilities[positive]!;
  const rows = [...predictions.keys()].filter((row) => scoreOf(row) >= usual !== scoreOf(row) >= value);
  rows.sort((a, b) => scoreOf(b) - scoreOf(a));
  const side = value > usual ? 'no longer' : 'now';
  const title = `${counted(rows.length, 'picture')} that ${rows.length === 1 ? 'is' : 'are'} ${side} taken for ${classes[positive]}`;
  return { title, rows, about: positive };
}

export function pointSelection({ predictions }: ShownRun, row: number): Selection {
  return { title: predictions[row]!.file.split(/[\\/]/).at(-1)!, rows: [row] };
}

/** Precision and recall of a class at a threshold; null where there is nothing to divide by. */
export function rates(predictions: readonly Prediction[], { positive, value }: { positive: number; value: number }) {
  const chosen = predictions.filter(({ probabilities }) => probabilities[positive]! >= value);
  const hits = chosen.filter(({ label }) => label === positive).length;
  const positives = predictions.filter(({ label }) => label === positive).length;
  return {
    hits,
    chosen: chosen.length,
    positives,
    precision: chosen.length === 0 ? null : hits / chosen.length,
    recall: positives === 0 ? null : hits / positives,
  };
}

export function cardOf(
  { classes, folder }: ShownRun,
  { file, label, predicted, probabilities }: Prediction,
  examples: ReadonlyMap<string, Example>,
  about = predicted,
): Card {
  return {
    name: correctionName(folder, file),
    label: classes[label]!,
    predicted: classes[predicted]!,
    probability: probabilities[about]!,
    missing: !examples.has(file),
  };
}

/** The picture of a prediction as a JPEG; no bytes for one that cannot be shown. */
export async function pictureOf(examples: ReadonlyMap<string, Example>, { file }: Prediction): Promise<Uint8Array> {
  const example = examples.get(file);
  return example ? bytesOf(await thumbnail(example, { size: side })) : new Uint8Array();
}
