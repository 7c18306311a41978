import { UserError } from '../core/errors';
import { withDefaults } from '../core/options';
import { alignColumns, formatNumber, formatShare } from '../core/text';
import type { Interval, PrecisionRecallCurve, RocCurve } from '../metrics';
import { type Chart, chart, colors, hues } from './theme';
import { besideLines, referenceLine, unitAxis, unitSide } from './unitPlot';

export interface RankingChartOptions {
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

/** With more curves than there are colours, the best are left grey and the worst three named. */
const named = 3;
/** Grey curves that are drawn, evenly from the worst to the best: of more only a grey area is seen. */
const grey = 40;

/**
 * Receiver operating characteristics: what part of the positives is found, against what part of the negatives is called
 * positive with them. The dashed diagonal is guessing.
 *
 * @param curves by name (a class, a model), from `rocCurve`; with more than seven only the three worst are coloured, and of more than 43 forty others drawn
 * @throws {UserError} for no curve
 */
export function rocChart(curves: Readonly<Record<string, RocCurve>>, options?: RankingChartOptions): Chart {
  const { title } = withDefaults('rocChart', options, { title: 'ROC curves' });
  const lines = Object.entries(curves).map(
    ([name, { area, interval, points, positives }]): Line => ({
      name,
      area,
      interval,
      positives,
      points: points.map((p) => ({ x: p.falsePositiveRate, y: p.truePositiveRate, threshold: p.threshold })),
    }),
  );
  return draw('rocChart', title, lines, {
    x: 'of the others, called positive',
    y: 'of the positives, found',
    area: 'area',
    below: referenceLine([0, 0], [1, 1]),
    shape: 'linear',
  });
}

/**
 * Precision against recall: how much of what is called positive is, against how much of the positives is found.
 *
 * @param curves by name (a class, a model), from `precisionRecallCurve`; with more than seven only the three worst are coloured, and of more than 43 forty others drawn
 * @throws {UserError} for no curve
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
  const guess = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  return draw('precisionRecallChart', title, lines, {
    x: 'recall: of the positives, found',
    y: 'precision: of those called positive, right',
    area: 'average precision',
    below: referenceLine([0, Number.isFinite(guess) ? guess : 0], [1, Number.isFinite(guess) ? guess : 0]),
    shape: 'step-before',
  });
}

interface Look {
  x: string;
  y: string;
  area: string;
  below: object;
  shape: 'linear' | 'step-before';
}

function draw(caller: string, title: string, given: readonly Line[], look: Look): Chart {
  if (given.length === 0) throw new UserError(`${caller}: got no curve; give at least one, by name`);
  const worth = ({ area }: Line) => (Number.isNaN(area) ? Number.POSITIVE_INFINITY : area);
  const lines = [...given].sort((a, b) => worth(a) - worth(b));
  const many = lines.length > hues.length;
  const shown = many ? lines.slice(0, named) : lines;
  const rest = many ? lines.slice(named) : [];
  const words = ({ name, area, interval }: Line) =>
    interval
      ? `${name} ${area.toFixed(3)} (${interval.low.toFixed(2)} to ${interval.high.toFixed(2)})`
      : `${name}: none`;
  const curve = (line: Line, color: string, strokeWidth: number) => ({
    mark: {
      type: 'line',
      color,
      strokeWidth,
      interpolate: look.shape,
      clip: false,
      opacity: strokeWidth < 2 ? 0.6 : 1,
    },
    data: {
      values: thin(line.points).map(({ x, y, threshold }) => ({
        name: line.name,
        x: finiteOrNull(x),
        y: finiteOrNull(y),
        at: Number.isFinite(threshold) ? formatNumber(threshold) : 'above all',
      })),
    },
    encoding: {
      x: unitAxis('x', look.x),
      y: unitAxis('y', look.y),
      order: { value: null },
      tooltip: [
        { field: 'name', type: 'nominal', title: 'curve' },
        { field: 'at', type: 'nominal', title: 'threshold' },
        { field: 'x', type: 'quantitative', title: look.x, format: '.1%' },
        { field: 'y', type: 'quantitative', title: look.y, format: '.1%' },
      ],
    },
  });
  const ink = (i: number) => (hues[i] === colors.vermilion ? colors.vermilionText : hues[i]!);
  const spec = {
    title: {
      text: title,
      subtitle: [`${look.area} under each curve with its 95% interval${many ? '; the three lowest are named' : ''}`],
    },
    width: unitSide,
    height: unitSide,
    layer: [
      look.below,
      ...evenly(rest, grey).map((line) => curve(line, '#9a9a9a', 1)),
      ...shown.map((line, i) => curve(line, hues[i]!, 2)),
      ...besideLines(unitSide, [
        ...shown.map((line, i) => ({ text: words(line), color: ink(i) })),
        ...(many
          ? [{ text: `and ${rest.length > grey ? `${grey} of ` : ''}${rest.length} more`, color: colors.muted }]
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
  const table = alignColumns([['', look.area, '95% interval', 'positives'], ...rows], [false, true, false, true]);
  const worst = lines[0]!;
  return chart(
    spec,
    `${title} of ${lines.length}: lowest ${look.area} ${formatShare(worst.area)} for ${worst.name}, highest ${formatShare(lines.at(-1)!.area)} for ${lines.at(-1)!.name}.`,
    `${title}\n${table}`,
  );
}

/** At most so many of a list, the first and the last among them. */
function evenly<T>(list: readonly T[], most: number): readonly T[] {
  if (list.length <= most) return list;
  return Array.from({ length: most }, (_, i) => list[Math.round((i * (list.length - 1)) / (most - 1))]!);
}

/** JSON knows no NaN. */
const finiteOrNull = (value: number) => (Number.isFinite(value) ? value : null);

/** At most some 300 points: more are not seen, and all are kept in the notebook. */
function thin<T>(points: readonly T[]): T[] {
  const step = Math.ceil(points.length / 300);
  return points.filter((_, i) => i % step === 0 || i === points.length - 1);
}
