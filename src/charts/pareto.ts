import { withDefaults } from '../core/options';
import { alignColumns, counted, formatNumber, formatShare } from '../core/text';
import { separate } from './separate';
import { measuredRows, rowName, type StudyChartRow, variedAxes } from './studyRow';
import { type Chart, chart, colors } from './theme';

/** Options of {@link paretoChart}. */
export interface ParetoOptions {
  /** `Accuracy against time` unless told */
  title?: string;
}

const [width, height] = [520, 320];
const lineHeight = 15;
/** Configurations up to which each is named beside the plot; of more only those on the front are. */
const named = 20;

/**
 * Accuracy against the seconds of a run, with the Pareto front: the configurations than which no other is both faster and more
 * accurate. Bars are the accuracies' intervals; time is on a logarithmic scale.
 *
 * @param rows of a study; those without runs are left out
 */
export function paretoChart(rows: readonly StudyChartRow[], options: ParetoOptions = {}): Chart {
  const { title } = withDefaults<Required<ParetoOptions>>('paretoChart', options, { title: 'Accuracy against time' });
  const measured = measuredRows(rows);
  const varied = variedAxes(measured);
  const points = measured
    .map((row) => ({ name: rowName(row, varied) || 'the only configuration', seconds: row.seconds, ...row.accuracy }))
    .sort((a, b) => a.seconds - b.seconds || b.mean - a.mean);
  let best = -Infinity;
  const values = points.map((point) => {
    const front = point.mean > best;
    best = Math.max(best, point.mean);
    return { ...point, low: point.low ?? point.mean, high: point.high ?? point.mean, front };
  });
  const front = values.filter((point) => point.front);
  const heading = `${counted(front.length, 'configuration')} of ${values.length} on the front`;
  const empty = values.length === 0;
  const x = {
    field: 'seconds',
    type: 'quantitative',
    scale: { type: 'log', nice: false, padding: 24, ...(empty && { domain: [1, 10] }) },
    title: 'seconds a run',
  };
  const domain = domainOf(values);
  const y = {
    field: 'mean',
    type: 'quantitative',
    scale: { zero: false, domain },
    title: 'accuracy',
    axis: { format: '.0%' },
  };
  const color = { condition: { test: 'datum.front', value: colors.blue }, value: colors.muted };
  const spec = {
    title: {
      text: `${title}: ${heading}`,
      subtitle: 'the front: none is both faster and more accurate; bars are intervals over seeds',
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
            { field: 'mean', title: 'accuracy', format: '.1%' },
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
      ['configuration', 'accuracy', 'seconds', 'front'],
      ...values.map(({ name, mean, seconds, front }) => [
        name,
        formatShare(mean),
        formatNumber(seconds),
        front ? 'yes' : '',
      ]),
    ],
    [false, true, true, false],
  );
  return chart(spec, `Scatter plot of accuracy against time, ${heading}: ${names}.`, `${title}: ${heading}\n${text}`);
}

interface Point {
  name: string;
  mean: number;
  low: number;
  high: number;
  front: boolean;
}

/** The accuracies that the plot shows: all intervals, and a little air. */
function domainOf(points: readonly Point[]): [number, number] {
  if (points.length === 0) return [0, 1];
  const [low, high] = [Math.min(...points.map((p) => p.low)), Math.max(...points.map((p) => p.high))];
  const air = 0.04 * (high - low) || 0.01;
  return [low - air, high + air];
}

/** At which accuracy each name stands beside the plot: that of its point, as far as there is room. */
function labelsOf<P extends Point>(points: readonly P[], [low, high]: [number, number]): (P & { labelAt: number })[] {
  const labels = points
    .filter(({ front }) => front || points.length <= named)
    .map((point) => ({ ...point, place: (height * (high - point.mean)) / (high - low) }))
    .sort((a, b) => a.place - b.place);
  separate(labels, height, lineHeight);
  return labels.map((label) => ({ ...label, labelAt: high - (label.place / height) * (high - low) }));
}
