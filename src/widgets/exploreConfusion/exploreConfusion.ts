import { confusionMatrixChart } from '../../charts';
import { renderPng } from '../../charts/render';
import { printable } from '../../core/escape/printable';
import type { Listener } from '../../core/listener';
import { checkNumber, withDefaults } from '../../core/options';
import type { Dataset } from '../../data';
import { frontPart, frontStyles } from '../../front/frontPart';
import { displaySymbol, type MimeBundle } from '../../notebook/mime';
import { widget } from '../../notebook/widget';
import { type RunSource, shownRun } from '../shownRun';
import { type Point, pointsOf } from './points';
import {
  type Card,
  cardOf,
  cellOf,
  changedSide,
  firstMistake,
  pictureOf,
  pointSelection,
  rates,
  type Selection,
  usual,
} from './selection';

/** Options of {@link exploreConfusion}. */
export interface ExploreConfusionOptions {
  /** How the features of the pictures become points; `'none'` leaves the points out. Default: 'pca' */
  embedding?: 'pca' | 'umap' | 'none';
  /** Decides the random numbers of UMAP. Default: 0 */
  seed?: number;
  /** Where the pictures of a saved run are: a dataset, or their folder. Default: where they were in training */
  data?: string | Dataset;
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
  /** Why some pictures cannot be shown; empty when all can. */
  readonly missing: string;
  /** The widget, its picture and its text as the output of a cell. */
  [displaySymbol](): Promise<MimeBundle>;
}

const perPage = 12;

/**
 * Look into a confusion matrix: a click on a cell shows its pictures, a threshold shows precision and recall of a class and the
 * pictures that change side, and a click on a point of the embedding shows its picture.
 *
 * All of this is about the validation pictures. Those of a saved run are shown if they have the content that the run has recorded, or
 * are in the folder that `data` names.
 *
 * @param source what `train` returned, before `dispose`; the folder of a saved run; or what `openRun` gives
 * @throws {UserError} when an option is unknown or out of range, or the folder is not that of a run with a model
 *
 * @example
 * ```ts
 * import { exploreConfusion } from 'tunebook/widgets';
 *
 * const explorer = await exploreConfusion('runs/first');
 * explorer.threshold; // => 0.5
 * ```
 */
export async function exploreConfusion(
  source: RunSource,
  options?: ExploreConfusionOptions,
): Promise<ConfusionExplorer> {
  const { embedding, seed, data, listener } = withDefaults('exploreConfusion', options, {
    embedding: 'pca' as NonNullable<ExploreConfusionOptions['embedding']>,
    seed: 0,
    data: undefined as ExploreConfusionOptions['data'],
    listener: {} as Listener,
  });
  checkNumber('exploreConfusion: seed', seed, { min: 0, integer: true });
  const run = await shownRun('exploreConfusion', source, data);
  const { classes, confusion, predictions, missing } = run;
  if (missing) listener.onMessage?.(missing);
  let points: Point[] = [];
  try {
    if (embedding !== 'none') points = await pointsOf(run, { embedding, seed, listener });
  } finally {
    run.dispose(); // the rest needs no model
  }
  const chart = confusionMatrixChart(confusion);
  let selection = firstMistake(run);
  let page = 0;
  let threshold = { positive: 0, value: usual };
  const examples = new Map(run.validation.map((example) => [example.file, example]));

  const cards = (): Card[] =>
    selection.rows
      .slice(page * perPage, (page + 1) * perPage)
      .map((row) => cardOf(run, predictions[row]!, examples, selection.about));
  const shown = widget({
    esm: frontPart('confusion'),
    css: frontStyles(),
    state: {
      classes: [...classes],
      missing,
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
    text: ({ title }) =>
      printable([chart.usermeta.text, `selected: ${title}`, ...(missing ? [missing] : [])].join('\n')),
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
    missing,
    [displaySymbol]: async () => {
      await draw();
      return shown[displaySymbol]();
    },
  };
}

const isIndex = (value: unknown, list: readonly unknown[]): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < list.length;
