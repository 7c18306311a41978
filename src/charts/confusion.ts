import { UserError } from '../core/errors';
import { withDefaults } from '../core/options';
import { alignColumns, counted, formatShare } from '../core/text';
import type { ConfusionMatrix } from '../metrics';
import { mostConfused, sortByConfusion } from '../metrics/confusion'; // not '../metrics', which loads arquero: 0.1 s
import { mix, textColorOn } from './color';
import { type Chart, chart, colors } from './theme';

/** Options of {@link confusionMatrixChart}. */
export interface ConfusionChartOptions {
  /**
   * What the number in a cell is: `'none'` the count, `'rows'` the percentage of the true class, `'columns'` the
   * percentage of the predicted class. Default: `'none'`
   */
  normalize?: 'none' | 'rows' | 'columns';
  /**
   * Order of the classes: `'classes'` keeps theirs, `'confusion'` puts classes next to each other that are often
   * confused, the most confused first. Default: `'classes'`
   */
  sort?: 'classes' | 'confusion';
  /** Title. Default: `'Confusion matrix'` */
  title?: string;
}

/** The dark ends of the two colour scales, for right and wrong predictions, and the pale ends. */
const right = '#00517f';
const wrong = '#c25000';
const pale = { right: '#e3f0f8', wrong: '#ffead9' };
/** With more classes than this the cells are too small for text, and only colour and tooltip show their values. */
const MOST_WITH_TEXT = 24;
/** The most classes that are drawn: with more, the cells would be too small to see. */
const MOST_DRAWN = 100;

/**
 * A confusion matrix as a heat map: true classes as rows, predicted classes as columns.
 *
 * A darker cell has a larger share of its row (of its column, when normalized by columns). The colour follows the square root
 * of the share, so that rare confusions stay visible. Cells without examples are empty.
 *
 * With more than 100 classes the 100 that are confused most often are drawn, and the chart says so.
 *
 * @param given from `confusionMatrix`, with at least one class
 * @throws {UserError} on an unknown option, or an unknown value of `normalize` or `sort`
 *
 * @example
 * ```ts
 * import { charts, metrics } from 'tunebook';
 *
 * const matrix = metrics.confusionMatrix([0, 0, 1], [0, 1, 1], ['cat', 'dog']);
 * const chart = charts.confusionMatrixChart(matrix, { normalize: 'rows' });
 * chart.description; // => 'Confusion matrix of 2 classes: 2 of 3 right (66.7%). Most confused: cat predicted as dog 1 time.'
 * ```
 */
export function confusionMatrixChart(given: ConfusionMatrix, options: ConfusionChartOptions = {}): Chart {
  const defaults: Required<ConfusionChartOptions> = {
    normalize: 'none',
    sort: 'classes',
    title: 'Confusion matrix',
  };
  const { normalize, sort, title } = withDefaults('confusionMatrixChart', options, defaults);
  if (!['none', 'rows', 'columns'].includes(normalize)) {
    throw new UserError(`confusionMatrixChart: normalize must be 'none', 'rows' or 'columns', got '${normalize}'`);
  }
  if (!['classes', 'confusion'].includes(sort)) {
    throw new UserError(`confusionMatrixChart: sort must be 'classes' or 'confusion', got '${sort}'`);
  }
  const part = mostMistaken(given);
  const matrix = sort === 'confusion' ? sortByConfusion(part) : part;
  const { classes } = matrix;
  const cells = shadedCells(matrix, normalize, given);
  const total = given.counts.reduce((sum, row) => sum + row.reduce((all, count) => all + count, 0), 0);
  const correct = given.counts.reduce((sum, row, c) => sum + row[c]!, 0);
  const heading = total === 0 ? 'no examples' : `${correct} of ${total} right (${formatShare(correct / total)})`;
  const of = normalize === 'columns' ? 'predicted' : 'true';
  const says = normalize === 'none' ? 'the number is the count' : `the number is % of the ${of} class`;
  const key = [
    'blue is right, orange is wrong; the darker, the larger the',
    `share of the ${of} class${classes.length <= MOST_WITH_TEXT ? `; ${says}` : ''}`,
    ...(classes.length < given.classes.length
      ? [`the ${classes.length} of ${given.classes.length} classes that are confused most often`]
      : []),
  ];
  const size = Math.min(64, Math.max(8, Math.floor(640 / classes.length)), 640);
  const spec = {
    title: { text: `${title}: ${heading}`, subtitle: key },
    data: { values: cells.filter((cell) => cell.count > 0) },
    width: { step: size },
    height: { step: size },
    view: { stroke: colors.grid },
    encoding: axes(classes, size),
    layer: [
      {
        mark: { type: 'rect', stroke: colors.card, strokeWidth: size > 14 ? 1.5 : 0.5 },
        encoding: {
          color: { field: 'fill', type: 'nominal', scale: null },
          tooltip: [
            { field: 'true', type: 'nominal', title: 'true class' },
            { field: 'predicted', type: 'nominal', title: 'predicted' },
            { field: 'count', type: 'quantitative', title: 'examples' },
            { field: 'ofTrue', type: 'quantitative', title: 'share of the true class', format: '.1%' },
            { field: 'ofPredicted', type: 'quantitative', title: 'share of the predicted class', format: '.1%' },
          ],
        },
      },
      ...(classes.length <= MOST_WITH_TEXT
        ? [
            {
              mark: { type: 'text', fontSize: Math.min(13, Math.max(9, size * 0.36)) },
              encoding: {
                text: { field: 'text', type: 'nominal' },
                color: { field: 'ink', type: 'nominal', scale: null },
              },
            },
          ]
        : []),
    ],
  };
  return chart(
    spec,
    describe(given, heading),
    asText(classes.length < given.classes.length ? given : matrix, `${title}: ${heading}`),
  );
}

/** The part of a matrix that is drawn: all classes, or those with the most mistakes, in their order. */
function mostMistaken({ classes, counts }: ConfusionMatrix): ConfusionMatrix {
  if (classes.length <= MOST_DRAWN) return { classes, counts };
  const wrong = classes.map(() => 0);
  for (const [t, row] of counts.entries()) {
    for (const [p, count] of row.entries()) {
      if (t === p) continue;
      wrong[t]! += count;
      wrong[p]! += count;
    }
  }
  const kept = [...classes.keys()]
    .sort((a, b) => wrong[b]! - wrong[a]!)
    .slice(0, MOST_DRAWN)
    .sort((a, b) => a - b);
  return { classes: kept.map((c) => classes[c]!), counts: kept.map((t) => kept.map((p) => counts[t]![p]!)) };
}

/** The cells of the drawn part of the matrix `whole`; shares count all examples of a class, those not drawn too. */
function shadedCells(
  { classes, counts }: ConfusionMatrix,
  normalize: 'none' | 'rows' | 'columns',
  whole: ConfusionMatrix,
) {
  const rowSums = new Map(
    whole.classes.map((name, t) => [name, whole.counts[t]!.reduce((sum, count) => sum + count, 0)]),
  );
  const columnSums = new Map(
    whole.classes.map((name, p) => [name, whole.counts.reduce((sum, row) => sum + row[p]!, 0)]),
  );
  return counts.flatMap((row, t) =>
    row.map((count, p) => {
      const ofTrue = count / (rowSums.get(classes[t]!) || 1);
      const ofPredicted = count / (columnSums.get(classes[p]!) || 1);
      const share = normalize === 'columns' ? ofPredicted : ofTrue;
      const side = t === p ? 'right' : 'wrong';
      const fill = mix(pale[side], side === 'right' ? right : wrong, Math.sqrt(share));
      const text = normalize === 'none' ? String(count) : percent(share);
      return {
        true: classes[t],
        predicted: classes[p],
        count,
        ofTrue,
        ofPredicted,
        text,
        fill,
        ink: textColorOn(fill),
      };
    }),
  );
}

/** A whole percentage; '<1' instead of 0 for less than half a percent. */
function percent(share: number): string {
  return share < 0.005 ? '<1' : String(Math.round(100 * share));
}

function axes(classes: readonly string[], size: number): object {
  const longest = Math.max(...classes.map((name) => name.length));
  const flat = longest * 6.5 < size;
  const fontSize = Math.max(7.5, Math.min(11, size - 1));
  const axis = {
    grid: false,
    ticks: false,
    domain: false,
    labelFontSize: fontSize,
    labelOverlap: false,
    labelPadding: 6,
  };
  const scale = { domain: classes, paddingInner: 0, paddingOuter: 0 };
  const tilt = flat ? { labelAngle: 0 } : { labelAngle: size < 22 ? -90 : -45, labelAlign: 'right' };
  const upright = { labelBaseline: size < 22 ? 'middle' : 'top' };
  return {
    x: {
      field: 'predicted',
      type: 'nominal',
      sort: null,
      scale,
      axis: { ...axis, ...tilt, ...(flat ? {} : upright), title: 'predicted class', orient: 'bottom' },
    },
    y: { field: 'true', type: 'nominal', sort: null, scale, axis: { ...axis, title: 'true class' } },
  };
}

function describe(matrix: ConfusionMatrix, heading: string): string {
  const worst = mostConfused(matrix, 3).map(
    (pair) => `${pair.trueClass} predicted as ${pair.predictedClass} ${counted(pair.count, 'time')}`,
  );
  const mixed = worst.length > 0 ? `Most confused: ${worst.join(', ')}.` : 'No two classes were confused.';
  return `Confusion matrix of ${matrix.classes.length} classes: ${heading}. ${mixed}`;
}

/** The chart as text: the whole table for few classes, else the most confused pairs. */
function asText(matrix: ConfusionMatrix, heading: string): string {
  const { classes, counts } = matrix;
  if (classes.length <= 12) {
    const rows = [['true \\ predicted', ...classes], ...classes.map((name, t) => [name, ...counts[t]!.map(String)])];
    return `${heading}\n${alignColumns(rows, [false, ...classes.map(() => true)])}`;
  }
  const pairs = mostConfused(matrix).map((p) => [p.trueClass, p.predictedClass, String(p.count), formatShare(p.share)]);
  const header = ['true', 'predicted', 'examples', 'share of the true class'];
  return `${heading}\nmost confused of ${classes.length} classes:\n${alignColumns([header, ...pairs], [false, false, true, true])}`;
}
