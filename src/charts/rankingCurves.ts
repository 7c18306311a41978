import { UserError } from '../core/errors';
import { withDefaults } from '../core/options';
import { alignColumns, formatNumber, formatShare } from '../core/text';
import type { Interval, PrecisionRecallCurve, RocCurve } from '../metrics';
import { type Chart, chart, colors, hues } from './theme';
import { besideLines, referenceLine, unitAxis, unitSide } from './unitPlot';

/** Options of {@link rocChart} and {@link precisionRecallChart}. */
export interface RankingChartOptions {
  /** Title. Default: `'ROC curves'` or `'Precision and recall'` */
  title?: string;
}

/** One curve as points of the unit square. */
interface Line {
  name: string;
  area: number;
  interval?: Interval;
  points: { x: number; y: number; threshold: number }[];
  positives: number;
}

/** With more curves than colours only this many are coloured and named, those with the smallest area; the others are grey. */
const NAMED = 3;
/** The most grey curves that are drawn, evenly chosen by area: more would merge into a grey area. */
const MOST_GREY = 40;

/**
 * ROC curves (Fawcett 2006): true positive rate against false positive rate. The dashed diagonal is a random ranking.
 *
 * Up to seven curves are coloured. Of more, the three with the smallest area are coloured and named, and at most forty others
 * are drawn in grey.
 *
 * @param curves by name (of a class or a model), from `rocCurve`
 * @throws {UserError} when there is no curve, or on an unknown option
 *
 * @example
 * ```ts
 * import { charts, metrics } from 'tunebook';
 *
 * const curve = metrics.rocCurve([1, 0, 1, 0], [0.9, 0.7, 0.6, 0.1]);
 * charts.rocChart({ cat: curve });
 * ```
 */
export function rocChart(curves: Readonly<Record<string, RocCurve>>, options?: RankingChartOptions): Chart {
  const { title } = withDefaults('rocChart', options, { title: 'ROC curves' });
  const lines = Object.entries(curves).map(
    ([name, { area, interval, points, positives }]): Line => ({
      name,
      area,
      interval,
      positives,
      points: corners(points.map((p) => ({ x: p.falsePositiveRate, y: p.truePositiveRate, threshold: p.threshold }))),
    }),
  );
  return draw('rocChart', title, lines, {
    x: 'false positive rate',
    y: 'true positive rate (recall)',
    area: 'area under the curve',
    reference: referenceLine([0, 0], [1, 1]),
    shape: 'linear',
  });
}

/**
 * Precision against recall. The dashed line is the precision of a random ranking: the fraction of positives.
 *
 * Up to seven curves are coloured. Of more, the three with the smallest average precision are coloured and named, and at most
 * forty others are drawn in grey.
 *
 * @param curves by name (of a class or a model), from `precisionRecallCurve`
 * @throws {UserError} when there is no curve, or on an unknown option
 *
 * @example
 * ```ts
 * import { charts, metrics } from 'tunebook';
 *
 * const curve = metrics.precisionRecallCurve([1, 0, 1, 0], [0.9, 0.7, 0.6, 0.1]);
 * charts.precisionRecallChart({ cat: curve });
 * ```
 */
export function precisionRecallChart(
  curves: Readonly<Record<string, PrecisionRecallCurve>>,
  options?: RankingChartOptions,
): Chart {
  const { title } = withDefaults('precisionRecallChart', options, { title: 'Precision and recall' });
  const lines = Object.entries(curves).map(
    ([name, { averagePrecision, interval, points, positives }]): Line => ({
      name,
      area: averagePrecision,
      interval,
      positives,
      points: [
        ...(points[0] ? [{ x: 0, y: points[0].precision, threshold: points[0].threshold }] : []),
        ...points.map(({ precision, recall, threshold }) => ({ x: recall, y: precision, threshold })),
      ],
    }),
  );
  const rates = Object.values(curves).map(({ prevalence }) => prevalence);
  const random = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  return draw('precisionRecallChart', title, lines, {
    x: 'recall',
    y: 'precision',
    area: 'average precision',
    reference: referenceLine([0, Number.isFinite(random) ? random : 0], [1, Number.isFinite(random) ? random : 0]),
    shape: 'step-before',
  });
}

/** Names of the axes and of the area, and how curves are drawn. */
interface Style {
  x: string;
  y: string;
  area: string;
  reference: object;
  shape: 'linear' | 'step-before';
}

function draw(caller: string, title: string, given: readonly Line[], style: Style): Chart {
  if (given.length === 0) throw new UserError(`${caller}: got no curve; give at least one, by name`);
  const order = ({ area }: Line) => (Number.isNaN(area) ? Number.POSITIVE_INFINITY : area);
  const lines = [...given].sort((a, b) => order(a) - order(b));
  const many = lines.length > hues.length;
  const shown = many ? lines.slice(0, NAMED) : lines;
  const rest = many ? lines.slice(NAMED) : [];
  const label = ({ name, area, interval }: Line) =>
    interval
      ? `${name} ${area.toFixed(3)} (${interval.low.toFixed(2)} to ${interval.high.toFixed(2)})`
      : `${name}: undefined`;
  const curve = (line: Line, color: string, strokeWidth: number) => ({
    mark: {
      type: 'line',
      color,
      strokeWidth,
      interpolate: style.shape,
      clip: false,
      opacity: strokeWidth < 2 ? 0.6 : 1,
    },
    data: {
      values: thin(line.points).map(({ x, y, threshold }) => ({
        name: line.name,
        x: finiteOrNull(x),
        y: finiteOrNull(y),
        at: Number.isFinite(threshold) ? formatNumber(threshold) : 'above all scores',
      })),
    },
    encoding: {
      x: unitAxis('x', style.x),
      y: unitAxis('y', style.y),
      order: { value: null },
      tooltip: [
        { field: 'name', type: 'nominal', title: 'curve' },
        { field: 'at', type: 'nominal', title: 'threshold' },
        { field: 'x', type: 'quantitative', title: style.x, format: '.1%' },
        { field: 'y', type: 'quantitative', title: style.y, format: '.1%' },
      ],
    },
  });
  const ink = (i: number) => (hues[i] === colors.vermilion ? colors.vermilionText : hues[i]!);
  const spec = {
    title: {
      text: title,
      subtitle: [`${style.area} with its 95% interval${many ? '; the three lowest are named' : ''}`],
    },
    width: unitSide,
    height: unitSide,
    layer: [
      style.reference,
      ...evenly(rest, MOST_GREY).map((line) => curve(line, '#9a9a9a', 1)),
      ...shown.map((line, i) => curve(line, hues[i]!, 2)),
      ...besideLines(unitSide, [
        ...shown.map((line, i) => ({ text: label(line), color: ink(i) })),
        ...(many
          ? [
              {
                text: `and ${rest.length > MOST_GREY ? `${MOST_GREY} of ` : ''}${rest.length} more`,
                color: colors.muted,
              },
            ]
          : []),
      ]),
    ],
  };
  const rows = lines.map(({ name, area, interval, positives }) => [
    name,
    area.toFixed(3),
    interval ? `${interval.low.toFixed(3)} to ${interval.high.toFixed(3)}` : '',
    String(positives),
  ]);
  const table = alignColumns([['', style.area, '95% interval', 'positives'], ...rows], [false, true, false, true]);
  const worst = lines[0]!;
  return chart(
    spec,
    `${title} of ${lines.length}: lowest ${style.area} ${formatShare(worst.area)} for ${worst.name}, highest ${formatShare(lines.at(-1)!.area)} for ${lines.at(-1)!.name}.`,
    `${title}\n${table}`,
  );
}

/** At most `most` elements of a list, evenly spaced, the first and the last included. */
function evenly<T>(list: readonly T[], most: number): readonly T[] {
  if (list.length <= most) return list;
  return Array.from({ length: most }, (_, i) => list[Math.round((i * (list.length - 1)) / (most - 1))]!);
}

/** JSON knows no NaN. */
const finiteOrNull = (value: number) => (Number.isFinite(value) ? value : null);

/** The points without those on a level or upright line between their neighbours: the same curve in a fraction of the bytes. */
function corners<T extends { x: number; y: number }>(points: readonly T[]): T[] {
  return points.filter((point, i) => {
    const [before, after] = [points[i - 1], points[i + 1]];
    if (!before || !after) return true;
    const same = (side: 'x' | 'y') => before[side] === point[side] && point[side] === after[side];
    return !same('x') && !same('y');
  });
}

/** About 300 points at most: more make no visible difference, but a larger notebook. */
function thin<T>(points: readonly T[]): T[] {
  const step = Math.ceil(points.length / 300);
  return points.filter((_, i) => i % step === 0 || i === points.length - 1);
}
