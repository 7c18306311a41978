import { withDefaults } from '../options';
import { measuredRows, rowName, type StudyChartRow, variedAxes } from './studyRow';
import { alignColumns, counted, formatNumber, formatShare } from './text';
import { type Chart, chart, colors } from './theme';

/** Options of {@link paretoChart}. */
export interface ParetoOptions {
  /** `Accuracy against time` unless told */
  title?: string;
}

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
  const y = {
    field: 'mean',
    type: 'quantitative',
    scale: { zero: false, ...(empty && { domain: [0, 1] }) },
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
    width: 520,
    height: 320,
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
        mark: { type: 'text', align: 'left', dx: 7, dy: -7, limit: 180 },
        encoding: {
          x,
          y,
          text: { field: 'name' },
          color: { condition: { test: 'datum.front', value: colors.text }, value: colors.muted },
        },
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
