import { withDefaults } from '../core/options';
import { alignColumns, capital, counted, formatNumber } from '../core/text';
import { byMeasure, formatMeasure, measures } from '../metrics/measures';
import { separate } from './separate';
import { measuredRows, monitorOfRows, rowName, type StudyChartRow, variedAxes } from './studyRow';
import { type Chart, chart, colors } from './theme';

/** Options of {@link paretoChart}. */
export interface ParetoOptions {
  /** Title. Default: `'Accuracy against time'`, or what else the study goes by */
  title?: string;
}

const [width, height] = [520, 320];
const lineHeight = 15;
/** With more configurations than this only those on the Pareto front are labelled. */
const MOST_LABELLED = 20;

/**
 * Mean accuracy, or what else the study goes by, against seconds per run for the configurations of a study, with the Pareto front: the
 * configurations for which no other is both faster and more accurate. Vertical bars are the confidence intervals; the time axis is
 * logarithmic.
 *
 * @param rows the configurations of a study; those without finished runs are left out
 * @throws {UserError} on an unknown option
 *
 * @example
 * ```ts
 * import { charts } from 'tunebook';
 *
 * const row = (variant: string, mean: number, seconds: number) =>
 *   ({ axes: { variant }, accuracy: { mean, low: null, high: null }, seconds });
 * const chart = charts.paretoChart([row('feature-extraction', 0.8, 10), row('fine-tune-all', 0.79, 60)]);
 * chart.description; // => 'Scatter plot of accuracy against time, 1 configuration of 2 on the Pareto front: feature-extraction.'
 * ```
 */
export function paretoChart(rows: readonly StudyChartRow[], options: ParetoOptions = {}): Chart {
  const monitor = monitorOfRows(rows);
  const measure = measures[monitor];
  const { title } = withDefaults<Required<ParetoOptions>>('paretoChart', options, {
    title: `${capital(measure.title)} against time`,
  });
  const measured = measuredRows(rows);
  const varied = variedAxes(measured);
  const points = measured
    .map((row) => ({ name: rowName(row, varied) || 'the only configuration', seconds: row.seconds, ...row.score }))
    .sort((a, b) => a.seconds - b.seconds || byMeasure(monitor, a.mean, b.mean));
  let best: number | undefined;
  const values = points.map((point) => {
    const front = byMeasure(monitor, point.mean, best) < 0;
    if (front) best = point.mean;
    return { ...point, low: point.low ?? point.mean, high: point.high ?? point.mean, front };
  });
  const front = values.filter((point) => point.front);
  const heading = `${counted(front.length, 'configuration')} of ${values.length} on the Pareto front`;
  const empty = values.length === 0;
  const x = {
    field: 'seconds',
    type: 'quantitative',
    scale: { type: 'log', nice: false, padding: 24, ...(empty && { domain: [1, 10] }) },
    title: 'seconds per run',
  };
  const domain = domainOf(values);
  const y = {
    field: 'mean',
    type: 'quantitative',
    scale: { zero: false, domain },
    title: measure.title,
    axis: { format: measure.percent ? '.0%' : '.3~f' },
  };
  const color = { condition: { test: 'datum.front', value: colors.blue }, value: colors.muted };
  const spec = {
    title: {
      text: `${title}: ${heading}`,
      subtitle: `Pareto front: no other is both faster and ${monitor === 'accuracy' ? 'more accurate' : `better by ${measure.title}`}; bars: confidence intervals`,
    },
    data: { values },
    width,
    height,
    layer: [
      {
        transform: [{ filter: 'datum.front' }],
        mark: { type: 'line', interpolate: 'step-after', color: colors.blue, opacity: 0.5 },
        encoding: { x, y },
      },
      {
        mark: { type: 'rule', strokeWidth: 1.5 },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
      },
      {
        mark: { type: 'point', filled: true, size: 70, opacity: 1 },
        encoding: {
          x,
          y,
          color,
          shape: { condition: { test: 'datum.front', value: 'circle' }, value: 'square' },
          tooltip: [
            { field: 'name', title: 'configuration' },
            { field: 'mean', title: measure.title, format: measure.percent ? '.1%' : '.3f' },
            { field: 'seconds', format: '.1f' },
          ],
        },
      },
      {
        data: { values: labelsOf(values, domain) },
        layer: [
          {
            mark: { type: 'rule', strokeWidth: 0.5, color: colors.muted, xOffset: 6, x2Offset: -4 },
            encoding: { x, x2: { value: width + 14 }, y, y2: { field: 'labelAt' } },
          },
          {
            mark: { type: 'text', align: 'left', baseline: 'middle', limit: 300 },
            encoding: {
              x: { value: width + 14 },
              y: { ...y, field: 'labelAt' },
              text: { field: 'name' },
              color: { condition: { test: 'datum.front', value: colors.text }, value: colors.muted },
            },
          },
        ],
      },
    ],
  };
  const names = front.map(({ name }) => name).join(', ');
  const text = alignColumns(
    [
      ['configuration', measure.title, 'seconds', 'front'],
      ...values.map(({ name, mean, seconds, front }) => [
        name,
        formatMeasure(monitor, mean),
        formatNumber(seconds),
        front ? 'yes' : '',
      ]),
    ],
    [false, true, true, false],
  );
  return chart(
    spec,
    `Scatter plot of ${measure.title} against time, ${heading}: ${names}.`,
    `${title}: ${heading}\n${text}`,
  );
}

interface Point {
  name: string;
  mean: number;
  low: number;
  high: number;
  front: boolean;
}

/** The vertical scale: all intervals, with a margin of 4%. */
function domainOf(points: readonly Point[]): [number, number] {
  if (points.length === 0) return [0, 1];
  const [low, high] = [Math.min(...points.map((p) => p.low)), Math.max(...points.map((p) => p.high))];
  const margin = 0.04 * (high - low) || 0.01;
  return [low - margin, high + margin];
}

/** The height of each name right of the plot, as an accuracy: that of its point, moved where names would overlap. */
function labelsOf<P extends Point>(points: readonly P[], [low, high]: [number, number]): (P & { labelAt: number })[] {
  const labels = points
    .filter(({ front }) => front || points.length <= MOST_LABELLED)
    .map((point) => ({ ...point, place: (height * (high - point.mean)) / (high - low) }))
    .sort((a, b) => a.place - b.place);
  separate(labels, height, lineHeight);
  return labels.map((label) => ({ ...label, labelAt: high - (label.place / height) * (high - low) }));
}
