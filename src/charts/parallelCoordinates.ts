import { withDefaults } from '../core/options';
import { alignColumns } from '../core/text';
import { byMeasure, formatMeasure, measures } from '../metrics/measures';
import { measuredRows, monitorOfRows, rowName, type StudyChartRow, variedAxes } from './studyRow';
import { type Chart, chart, colors } from './theme';

/** Options of {@link parallelCoordinates}. */
export interface ParallelOptions {
  /** Title. Default: `'Configurations'` */
  title?: string;
}

interface Tick {
  axis: string;
  /** 0 at the bottom, 1 at the top */
  height: number;
  label: string;
}

/** Pixels that the page of a report shows without scrolling sideways. */
const widest = 840;

/**
 * Parallel coordinates (Inselberg 1985) of a study: a line for each configuration through its values on all axes that vary, to
 * its accuracy at the right, or what else the study goes by. More opaque lines are better, and end higher. The values of an axis are evenly spaced, numbers in
 * ascending order.
 *
 * @param rows the configurations of a study; those without finished runs are left out
 * @throws {UserError} on an unknown option
 *
 * @example
 * ```ts
 * import { charts } from 'tunebook';
 *
 * const row = (dropout: number, augment: string, mean: number) =>
 *   ({ axes: { dropout, augment }, accuracy: { mean, low: null, high: null }, seconds: 10 });
 * const chart = charts.parallelCoordinates([row(0, 'none', 0.7), row(0.5, 'light', 0.8)]);
 * chart.description; // => 'Parallel coordinates of 2 configurations. The most accurate is dropout 0.5, light with 80.0%.'
 * ```
 */
export function parallelCoordinates(rows: readonly StudyChartRow[], options: ParallelOptions = {}): Chart {
  const { title } = withDefaults<Required<ParallelOptions>>('parallelCoordinates', options, {
    title: 'Configurations',
  });
  const monitor = monitorOfRows(rows);
  const { lowerIsBetter, title: measure, percent, best: superlative } = measures[monitor];
  const measured = measuredRows(rows);
  const varied = variedAxes(measured);
  const last = varied.includes(measure) ? `mean ${measure}` : measure; // an axis may be named 'accuracy'
  const scales = varied.map((axis) => scaleOf(axis, measured));
  const means = measured.map(({ score }) => score.mean);
  const [lowest, highest] = [Math.min(...means), Math.max(...means)];
  const share = (mean: number) => {
    const height = highest > lowest ? (mean - lowest) / (highest - lowest) : 0.5;
    return lowerIsBetter ? 1 - height : height;
  };
  const lines = measured.flatMap((row) => {
    const { mean } = row.score;
    const name = rowName(row, varied);
    const points = scales.map(({ axis, heightOf }) => ({ axis, height: heightOf(row.axes[axis]!) }));
    return [...points, { axis: last, height: share(mean) }].map((point) => ({ ...point, name, mean }));
  });
  const ends = [lowest, highest].filter((mean, i, all) => Number.isFinite(mean) && all.indexOf(mean) === i);
  const ticks: Tick[] = [
    ...scales.flatMap(({ ticks }) => ticks),
    ...ends.map((mean) => ({ axis: last, height: share(mean), label: formatMeasure(monitor, mean) })),
  ];
  const order = [...varied, last];
  const x = { field: 'axis', type: 'nominal', scale: { type: 'point', domain: order, padding: 0.4 }, sort: null };
  const y = { field: 'height', type: 'quantitative', scale: { domain: [0, 1] }, axis: null };
  const longest = Math.max(0, ...scales.flatMap(({ ticks }) => ticks).map(({ label }) => label.length));
  const step = Math.min(Math.max(150, 7 * longest + 24), Math.max(150, widest / order.length)); // pixels
  const label = { type: 'text', align: 'left', dx: 6, limit: step - 12 };
  const spec = {
    title: {
      text: `${title}: ${measured.length}, on ${varied.length === 1 ? '1 axis' : `${varied.length} axes`}`,
      subtitle: `one line per configuration; more opaque is ${monitor === 'accuracy' ? 'more accurate' : 'better'}`,
    },
    width: Math.max(320, step * order.length),
    height: 260,
    encoding: {
      x: {
        ...x,
        axis: {
          orient: 'top',
          labelPadding: 12,
          labelAngle: 0,
          title: null,
          domain: false,
          ticks: false,
          labelFontWeight: 600,
        },
      },
      y,
    },
    layer: [
      {
        data: { values: order.map((axis) => ({ axis, height: 0, top: 1 })) },
        mark: { type: 'rule', color: colors.muted },
        encoding: { y2: { field: 'top' } },
      },
      {
        data: { values: lines },
        // one colour, which a page with a dark theme can replace
        mark: { type: 'line', strokeWidth: 2, color: colors.blue },
        encoding: {
          detail: { field: 'name' },
          opacity: {
            field: 'mean',
            type: 'quantitative',
            scale: { range: lowerIsBetter ? [1, 0.25] : [0.25, 1], domain: ends.length === 2 ? ends : [0, 1] },
            legend: null,
          },
          tooltip: [
            { field: 'name', title: 'configuration' },
            { field: 'mean', title: measure, format: percent ? '.1%' : '.3f' },
          ],
        },
      },
      {
        data: { values: ticks },
        mark: { ...label, stroke: colors.card, strokeWidth: 3 },
        encoding: { text: { field: 'label' } },
      },
      { data: { values: ticks }, mark: label, encoding: { text: { field: 'label' } } },
    ],
  };
  const sorted = [...measured].sort((a, b) => byMeasure(monitor, a.score.mean, b.score.mean));
  const text = alignColumns(
    [
      [...varied, last],
      ...sorted.map(({ axes, score }) => [
        ...varied.map((axis) => String(axes[axis])),
        formatMeasure(monitor, score.mean),
      ]),
    ],
    [...varied.map(() => false), true],
  );
  const best = sorted[0]
    ? `The ${monitor === 'accuracy' ? superlative : `best by ${measure}`} is ${rowName(sorted[0], varied)} with ${formatMeasure(monitor, sorted[0].score.mean)}.`
    : '';
  return chart(spec, `Parallel coordinates of ${measured.length} configurations. ${best}`.trim(), `${title}\n${text}`);
}

function scaleOf(axis: string, rows: readonly StudyChartRow[]) {
  const values = [...new Set(rows.map(({ axes }) => axes[axis]!))];
  if (values.every((value) => typeof value === 'number')) values.sort((a, b) => Number(a) - Number(b));
  const heightOf = (value: (typeof values)[number]) =>
    values.length > 1 ? values.indexOf(value) / (values.length - 1) : 0.5;
  const ticks = values.map((value): Tick => ({ axis, height: heightOf(value), label: String(value) }));
  return { axis, heightOf, ticks };
}
