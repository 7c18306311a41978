import { embed } from '../analysis/explain';
import { confusionMatrixChart } from '../charts';
import { renderPng } from '../charts/render';
import { printable } from '../core/escape/printable';
import type { Listener } from '../core/listener';
import { checkNumber, withDefaults } from '../core/options';
import { correctionName, type Example, thumbnail } from '../data';
import { extractFeatures } from '../features';
import { frontPart, frontStyles } from '../front/frontPart';
import { displaySymbol, type MimeBundle } from '../notebook/mime';
import { widget } from '../notebook/widget';
import type { Prediction, TrainResult } from '../training';
import { bytesOf } from './bytes';

/** Options of {@link exploreConfusion}. */
export interface ExploreConfusionOptions {
  /** How the features of the pictures become points; `'none'` leaves the points out. Default: 'pca' */
  embedding?: 'pca' | 'umap' | 'none';
  /** Decides the random numbers of UMAP. Default: 0 */
  seed?: number;
  /** Receives progress while features are computed. Default: none */
  listener?: Listener;
}

/** The mistakes of a run. As the last value of a cell it is a widget. */
export interface ConfusionExplorer {
  /** The files of the pictures that are selected: in a cell of the matrix, between two thresholds, or of a point. */
  readonly selected: string[];
  /** The chosen threshold of {@link ConfusionExplorer.positive}, from 0 to 1. */
  readonly threshold: number;
  /** The class that the threshold is about. */
  readonly positive: string;
  /** The widget, its picture and its text as the output of a cell. */
  [displaySymbol](): Promise<MimeBundle>;
}

const perPage = 12;
const side = 120;
/** The threshold from which pictures change side. */
const usual = 0.5;

interface Card {
  name: string;
  label: string;
  predicted: string;
  /** of the class that the selection is about */
  probability: number;
}

/** What is selected, and how it is called. */
interface Selection {
  title: string;
  /** indices of predictions, in the order in which they are shown */
  rows: number[];
  /** the class whose probability is shown; default: the predicted one */
  about?: number;
}

/**
 * Look into a confusion matrix: a click on a cell shows its pictures, a threshold shows precision and recall of a class and the
 * pictures that change side, and a click on a point of the embedding shows its picture.
 *
 * @param run what `train` returned, before `dispose`
 * @throws {UserError} when an option is unknown or out of range
 *
 * @example
 * ```ts
 * import { openDataset, train } from 'tunebook';
 * import { exploreConfusion } from 'tunebook/widgets';
 *
 * const options = { backbone: 'mobilenet-v1-0.25', inputSize: 96, weights: 'random', epochs: 1 } as const;
 * const explorer = await exploreConfusion(await train(await openDataset('photos'), options));
 * explorer.threshold; // => 0.5
 * ```
 */
export async function exploreConfusion(
  run: TrainResult,
  options?: ExploreConfusionOptions,
): Promise<ConfusionExplorer> {
  const { embedding, seed, listener } = withDefaults('exploreConfusion', options, {
    embedding: 'pca',
    seed: 0,
    listener: {},
  } as Required<ExploreConfusionOptions>);
  checkNumber('exploreConfusion: seed', seed, { min: 0, integer: true });
  const { classes, confusion, predictions } = run;
  const points = embedding === 'none' ? [] : await pointsOf(run, { embedding, seed, listener });
  const chart = confusionMatrixChart(confusion);
  let selection = firstMistake(run);
  let page = 0;
  let threshold = { positive: 0, value: usual };
  const examples = new Map([...run.split.validation].map((example) => [example.file, example]));

  const cards = (): Card[] =>
    selection.rows
      .slice(page * perPage, (page + 1) * perPage)
      .map((row) => cardOf(run, predictions[row]!, selection.about));
  const shown = widget({
    esm: frontPart('confusion'),
    css: frontStyles(),
    state: {
      classes,
      counts: confusion.counts,
      points,
      selected: selection.rows,
      title: selection.title,
      cards: cards(),
      pictures: [] as Uint8Array[],
      page: 0,
      pages: Math.max(1, Math.ceil(selection.rows.length / perPage)),
      ...threshold,
      ...rates(predictions, threshold),
    },
    still: () => renderPng(chart),
    text: ({ title }) => printable(`${chart.usermeta.text}\nselected: ${title}`),
  });
  const draw = async () => {
    const rows = selection.rows.slice(page * perPage, (page + 1) * perPage);
    const drawn = await Promise.all(rows.map((row) => pictureOf(examples, predictions[row]!)));
    const now = selection.rows.slice(page * perPage, (page + 1) * perPage);
    if (now.join() === rows.join()) shown.set({ pictures: drawn });
  };
  const show = (next: Selection, nextPage = 0) => {
    const changed = next.rows.join() !== selection.rows.join() || nextPage !== page;
    selection = next;
    const pages = Math.max(1, Math.ceil(next.rows.length / perPage));
    page = Math.min(Math.max(0, nextPage), pages - 1);
    const { title, rows: selected } = next;
    shown.set({ title, selected, cards: cards(), page, pages, ...(changed && { pictures: [] }) });
    if (changed) void draw();
  };
  shown.onMessage((content) => {
    const { do: what, row, column, positive, value, index, page: wanted } = (content ?? {}) as Record<string, unknown>;
    if (what === 'cell' && isIndex(row, classes) && isIndex(column, classes)) show(cellOf(run, row, column));
    else if (what === 'point' && isIndex(index, points)) show(pointSelection(run, points[index]!.row));
    else if (what === 'page' && Number.isSafeInteger(wanted)) show(selection, wanted as number);
    else if (
      what === 'threshold' &&
      isIndex(positive, classes) &&
      typeof value === 'number' &&
      value >= 0 &&
      value <= 1
    ) {
      threshold = { positive, value };
      shown.set({ ...threshold, ...rates(predictions, threshold) });
      show(changedSide(run, threshold));
    }
  });
  return {
    get selected() {
      return selection.rows.map((row) => predictions[row]!.file);
    },
    get threshold() {
      return threshold.value;
    },
    get positive() {
      return classes[threshold.positive]!;
    },
    [displaySymbol]: async () => {
      await draw();
      return shown[displaySymbol]();
    },
  };
}

const isIndex = (value: unknown, list: readonly unknown[]): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < list.length;

function cellOf({ predictions, classes }: TrainResult, row: number, column: number): Selection {
  const found = [...predictions.keys()].filter(
    (i) => predictions[i]!.label === row && predictions[i]!.predicted === column,
  );
  found.sort((a, b) => predictions[b]!.probabilities[column]! - predictions[a]!.probabilities[column]!);
  const what = row === column ? `${classes[row]}, predicted right` : `${classes[row]}, predicted as ${classes[column]}`;
  return { title: `${count(found.length)} of ${what}`, rows: found };
}

/** The cell with the most mistakes, or the first one if there are none. */
function firstMistake(run: TrainResult): Selection {
  let best: { row: number; column: number; wrong: number } = { row: 0, column: 0, wrong: 0 };
  run.confusion.counts.forEach((counts, row) =>
    counts.forEach((wrong, column) => {
      if (row !== column && wrong > best.wrong) best = { row, column, wrong };
    }),
  );
  return cellOf(run, best.row, best.column);
}

/** The pictures that are on another side of this threshold than of the usual one. */
function changedSide({ predictions, classes }: TrainResult, { positive, value }: { positive: number; value: number }) {
  const scoreOf = (row: number) => predictions[row]!.probabilities[positive]!;
  const rows = [...predictions.keys()].filter((row) => scoreOf(row) >= usual !== scoreOf(row) >= value);
  rows.sort((a, b) => scoreOf(b) - scoreOf(a));
  const side = value > usual ? 'no longer' : 'now';
  const title = `${count(rows.length)} that ${rows.length === 1 ? 'is' : 'are'} ${side} taken for ${classes[positive]}`;
  return { title, rows, about: positive };
}

function pointSelection({ predictions }: TrainResult, row: number): Selection {
  return { title: predictions[row]!.file.split(/[\\/]/).at(-1)!, rows: [row] };
}

const count = (pictures: number) => `${pictures} ${pictures === 1 ? 'picture' : 'pictures'}`;

/** Precision and recall of a class at a threshold; null where there is nothing to divide by. */
function rates(predictions: readonly Prediction[], { positive, value }: { positive: number; value: number }) {
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

function cardOf(
  { classes, folder }: TrainResult,
  { file, label, predicted, probabilities }: Prediction,
  about = predicted,
): Card {
  return {
    name: correctionName(folder, file),
    label: classes[label]!,
    predicted: classes[predicted]!,
    probability: probabilities[about]!,
  };
}

const pictureOf = async (examples: ReadonlyMap<string, Example>, { file }: Prediction) =>
  bytesOf(await thumbnail(examples.get(file) ?? file, { size: side }));

/** The validation pictures as points in a square of side 1, with the row of each among the predictions. */
async function pointsOf(
  run: TrainResult,
  { embedding, seed, listener }: { embedding: 'pca' | 'umap'; seed: number; listener: Listener },
): Promise<{ x: number; y: number; row: number; label: number; wrong: boolean }[]> {
  const { values, length, examples } = await extractFeatures(run, run.split.validation, { listener });
  if (examples.length < 3) return [];
  const found = embed(values, length, { method: embedding, seed });
  const rowOf = new Map(run.predictions.map(({ file }, row) => [file, row]));
  const scale = (key: 'x' | 'y') => {
    const all = found.map((point) => point[key]);
    const [low, high] = [Math.min(...all), Math.max(...all)];
    return (value: number) => (high > low ? (value - low) / (high - low) : 0.5);
  };
  const [x, y] = [scale('x'), scale('y')];
  return found.flatMap((point, i) => {
    const row = rowOf.get(examples[i]!.file);
    if (row === undefined) return [];
    const { label, predicted } = run.predictions[row]!;
    return [{ x: x(point.x), y: y(point.y), row, label, wrong: label !== predicted }];
  });
}
