import { UserError } from '../core/errors';
import { withDefaults } from '../core/options';
import { alignColumns, counted, formatShare } from '../core/text';
import type { ClassReport, ConfusionMatrix, Slice } from '../metrics';
import { mostConfused } from '../metrics/confusion';
import { type Chart, chart, colors } from './theme';

/** Options of {@link classScoresChart} and {@link sliceChart}. */
export interface DotOptions {
  /** Title. Default: `'Precision and recall of each class'` or `'Accuracy of each slice'` */
  title?: string;
}

/** Options of {@link confusedPairsChart}. */
export interface ConfusedPairsOptions {
  /** Title. Default: `'Most confused classes'` */
  title?: string;
  /** The most pairs to draw, at least 1. Default: 10 */
  limit?: number;
}

/** A slice, as {@link sliceChart} draws it. */
export type SliceDot = Pick<Slice, 'slice' | 'right' | 'total' | 'accuracy' | 'low' | 'high'>;

const width = 320;
const percent = {
  scale: { domain: [0, 1], nice: false },
  axis: { title: null, format: '.0%', tickCount: 5, orient: 'top' },
};

/** The vertical axis of all charts of this file: one row for each name. */
const rowsOf = (field: string, title: string, count = 1) => ({
  field,
  type: 'nominal',
  sort: null,
  axis: {
    title,
    labelFontSize: count > 60 ? 9 : 11,
    grid: true,
    ticks: false,
    domain: false,
    labelPadding: 8,
    labelOverlap: false,
  },
});
/** The most rows that are drawn, the lowest scores first; the chart's text lists all. */
const MOST_DRAWN = 100;
/** A line of the subtitle when not all rows are drawn. */
const leftOut = (rows: number, what: string, score: string) =>
  rows > MOST_DRAWN ? [`the ${MOST_DRAWN} of ${rows} ${what} with the lowest ${score}; the text lists all`] : [];
/** The height of a row in pixels: less when there are many. */
const stepOf = (count: number) => Math.max(11, Math.min(24, Math.floor(900 / Math.max(1, count))));

/**
 * Precision and recall of every class as two points joined by a line, the lowest F1 first. Recall right of precision: the
 * class is predicted too often; left of it: too seldom.
 *
 * With more than 100 classes the 100 with the lowest F1 are drawn, and the chart says so.
 *
 * @param report from `classReport`
 * @throws {UserError} on an unknown option
 *
 * @example
 * ```ts
 * import { charts, metrics } from 'tunebook';
 *
 * const matrix = metrics.confusionMatrix([0, 0, 1], [0, 1, 1], ['cat', 'dog']);
 * const chart = charts.classScoresChart(metrics.classReport(matrix));
 * chart.description; // => 'Precision and recall of 2 classes, lowest F1 66.7% for cat.'
 * ```
 */
export function classScoresChart(report: ClassReport, options?: DotOptions): Chart {
  const { title } = withDefaults('classScoresChart', options, { title: 'Precision and recall of each class' });
  const rows = [...report.rows].sort((a, b) => a.f1 - b.f1);
  const x = (field: string) => ({ field, type: 'quantitative', ...percent });
  const y = rowsOf('class', '', Math.min(MOST_DRAWN, rows.length));
  const tooltip = [
    { field: 'class', type: 'nominal' },
    ...['precision', 'recall', 'f1'].map((field) => ({ field, type: 'quantitative', format: '.1%' })),
    { field: 'support', type: 'quantitative', title: 'examples' },
  ];
  const spec = {
    title: {
      text: title,
      subtitle: [
        `blue circle: precision, vermilion square: recall; macro F1 ${formatShare(report.macro.f1)}`,
        ...leftOut(rows.length, 'classes', 'F1'),
      ],
    },
    data: { values: rows.slice(0, MOST_DRAWN) },
    width,
    height: { step: stepOf(Math.min(MOST_DRAWN, rows.length)) },
    encoding: { y },
    layer: [
      {
        mark: { type: 'rule', color: colors.muted, opacity: 0.5 },
        encoding: { x: x('precision'), x2: { field: 'recall' } },
      },
      {
        mark: { type: 'point', filled: true, color: colors.blue, size: 70, opacity: 1 },
        encoding: { x: x('precision'), tooltip },
      },
      {
        mark: {
          type: 'point',
          filled: false,
          color: colors.vermilion,
          size: 60,
          strokeWidth: 2,
          shape: 'square',
          opacity: 1,
        },
        encoding: { x: x('recall'), tooltip },
      },
      {
        mark: {
          type: 'text',
          align: 'left',
          baseline: 'middle',
          color: colors.muted,
          dx: 12,
          fontSize: rows.length > 60 ? 9 : 11,
        },
        encoding: { x: { value: width }, text: { field: 'note', type: 'nominal' } },
        transform: [{ calculate: "'F1 ' + format(datum.f1, '.1%') + ' of ' + datum.support", as: 'note' }],
      },
    ],
  };
  const table = alignColumns(
    [
      ['class', 'precision', 'recall', 'F1', 'examples'],
      ...rows.map((r) => [
        r.class,
        formatShare(r.precision),
        formatShare(r.recall),
        formatShare(r.f1),
        String(r.support),
      ]),
    ],
    [false, true, true, true, true],
  );
  const worst = rows[0] ? `, lowest F1 ${formatShare(rows[0].f1)} for ${rows[0].class}` : '';
  return chart(spec, `Precision and recall of ${rows.length} classes${worst}.`, `${title}\n${table}`);
}

/**
 * The accuracy on every slice with its 95% interval, the lowest first. Where intervals overlap, a difference may be chance.
 *
 * With more than 100 slices the first 100 are drawn, and the chart says so.
 *
 * @param slices from `sliceAccuracy`
 * @throws {UserError} when there is no slice, or on an unknown option
 *
 * @example
 * ```ts
 * import { charts, metrics } from 'tunebook';
 *
 * const rows = [
 *   { label: 'cat', predicted: 'cat', camera: 'phone' },
 *   { label: 'dog', predicted: 'cat', camera: 'reflex' },
 * ];
 * const chart = charts.sliceChart(metrics.sliceAccuracy(rows, 'camera'));
 * chart.description; // => 'Accuracy of 2 slices; lowest 0.0% for reflex.'
 * ```
 */
export function sliceChart(slices: readonly SliceDot[], options?: DotOptions): Chart {
  const { title } = withDefaults('sliceChart', options, { title: 'Accuracy of each slice' });
  if (slices.length === 0) throw new UserError('sliceChart: got no slices; give at least one, from sliceAccuracy');
  const right = slices.reduce((sum, slice) => sum + slice.right, 0);
  const total = slices.reduce((sum, slice) => sum + slice.total, 0);
  const x = (field: string) => ({ field, type: 'quantitative', ...percent });
  const spec = {
    title: {
      text: title,
      subtitle: [
        `95% intervals; dashed: all together, ${right} of ${total} (${formatShare(right / total)})`,
        ...leftOut(slices.length, 'slices', 'accuracy'),
      ],
    },
    data: { values: slices.slice(0, MOST_DRAWN) },
    width,
    height: { step: stepOf(Math.min(MOST_DRAWN, slices.length)) },
    encoding: { y: rowsOf('slice', '', Math.min(MOST_DRAWN, slices.length)) },
    layer: [
      {
        mark: { type: 'rule', color: colors.muted, strokeDash: [4, 4] },
        data: { values: [{}] },
        encoding: { x: { datum: right / total, type: 'quantitative', ...percent }, y: null },
      },
      {
        mark: { type: 'rule', color: colors.blue, strokeWidth: 2, opacity: 0.5 },
        encoding: { x: x('low'), x2: { field: 'high' } },
      },
      {
        mark: { type: 'point', filled: true, color: colors.blue, size: 70, opacity: 1 },
        encoding: {
          x: x('accuracy'),
          tooltip: [
            { field: 'slice', type: 'nominal' },
            { field: 'right', type: 'quantitative' },
            { field: 'total', type: 'quantitative' },
            ...['accuracy', 'low', 'high'].map((field) => ({ field, type: 'quantitative', format: '.1%' })),
          ],
        },
      },
      {
        mark: { type: 'text', align: 'left', baseline: 'middle', color: colors.muted, dx: 12 },
        encoding: { x: { value: width }, text: { field: 'note', type: 'nominal' } },
        transform: [{ calculate: "format(datum.accuracy, '.1%') + ' of ' + datum.total", as: 'note' }],
      },
    ],
  };
  const table = alignColumns(
    [
      ['slice', 'accuracy', '95% interval', 'examples'],
      ...slices.map((s) => [
        s.slice,
        formatShare(s.accuracy),
        `${formatShare(s.low)} to ${formatShare(s.high)}`,
        String(s.total),
      ]),
    ],
    [false, true, false, true],
  );
  const worst = slices[0]!;
  return chart(
    spec,
    `Accuracy of ${slices.length} slices; lowest ${formatShare(worst.accuracy)} for ${worst.slice}.`,
    `${title}\n${table}`,
  );
}

/**
 * The most confused pairs of classes as bars, the most frequent confusion first.
 *
 * @param matrix from `confusionMatrix`
 * @throws {UserError} on an unknown option, or when `limit` is not a whole number of at least 1
 *
 * @example
 * ```ts
 * import { charts, metrics } from 'tunebook';
 *
 * const matrix = metrics.confusionMatrix([0, 0, 1], [0, 1, 1], ['cat', 'dog']);
 * charts.confusedPairsChart(matrix).description; // => 'Most confused: cat → dog 1 time.'
 * ```
 */
export function confusedPairsChart(matrix: ConfusionMatrix, options?: ConfusedPairsOptions): Chart {
  const { title, limit } = withDefaults('confusedPairsChart', options, { title: 'Most confused classes', limit: 10 });
  const pairs = mostConfused(matrix, limit).map((pair) => ({
    ...pair,
    pair: `${pair.trueClass} → ${pair.predictedClass}`,
    note: `${pair.count} (${formatShare(pair.share)} of ${pair.trueClass})`,
  }));
  const most = Math.max(1, ...pairs.map(({ count }) => count));
  const x = { type: 'quantitative', scale: { domain: [0, most], nice: false }, axis: null };
  const spec = {
    title: {
      text: title,
      subtitle: [pairs.length > 0 ? 'true class → predicted class' : 'no two classes were confused'],
    },
    data: { values: pairs },
    width: 240,
    height: { step: 22 },
    encoding: { y: { ...rowsOf('pair', ''), axis: { ...rowsOf('pair', '').axis, grid: false, labelLimit: 260 } } },
    layer: [
      {
        mark: { type: 'bar', color: colors.vermilion, height: 14 },
        encoding: {
          x: { field: 'count', ...x },
          tooltip: [
            { field: 'trueClass', type: 'nominal', title: 'true class' },
            { field: 'predictedClass', type: 'nominal', title: 'predicted class' },
            { field: 'count', type: 'quantitative', title: 'examples' },
            { field: 'share', type: 'quantitative', title: 'share of the true class', format: '.1%' },
          ],
        },
      },
      {
        mark: { type: 'text', align: 'left', baseline: 'middle', dx: 6, color: colors.muted },
        encoding: { x: { field: 'count', ...x }, text: { field: 'note', type: 'nominal' } },
      },
    ],
  };
  const lines = pairs.map(({ pair, note }) => `  ${pair}: ${note}`);
  const none = 'No two classes were confused.';
  return chart(
    spec,
    pairs.length > 0
      ? `Most confused: ${pairs
          .slice(0, 3)
          .map(({ pair, count }) => `${pair} ${counted(count, 'time')}`)
          .join(', ')}.`
      : none,
    [title, ...(lines.length > 0 ? lines : [none])].join('\n'),
  );
}
