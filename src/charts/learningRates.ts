import { UserError } from '../core/errors';
import { withDefaults } from '../core/options';
import { formatNumber } from '../core/text';
import type { LearningRateFinding } from '../metrics/learningRateFinding';
import { type Chart, chart, colors } from './theme';

/** Options of {@link learningRateChart}. */
export interface LearningRateChartOptions {
  /** Title. Default: `'Loss while the learning rate rises'` */
  title?: string;
}

/**
 * A learning-rate range test (Smith 2017): the loss while the learning rate rises, with the two suggested rates.
 *
 * @param finding from `findLearningRate`
 * @throws {UserError} when no step has a finite loss, or on an unknown option
 *
 * @example
 * ```ts
 * import { charts } from 'tunebook';
 *
 * const steps = [0.0001, 0.001, 0.01].map((learningRate) => ({ learningRate, loss: 1, smoothed: 1 }));
 * const chart = charts.learningRateChart({ steps, valley: 0.001, steepest: null });
 * chart.description; // => 'Line chart of the loss over the learning rate; valley: 0.00100'
 * ```
 */
export function learningRateChart(finding: LearningRateFinding, options: LearningRateChartOptions = {}): Chart {
  const { title } = withDefaults('learningRateChart', options, { title: 'Loss while the learning rate rises' });
  const steps = finding.steps.filter(({ smoothed }) => Number.isFinite(smoothed));
  if (steps.length === 0) throw new UserError('learningRateChart: the finding has no step with a finite loss');
  const lowest = Math.min(...steps.map(({ smoothed }) => smoothed));
  const first = steps[0]!.smoothed;
  const top = Math.min(Math.max(...steps.map(({ smoothed }) => smoothed)), first + 2 * (first - lowest) + 0.1 * first);
  const x = {
    type: 'quantitative',
    scale: { type: 'log', domain: [steps[0]!.learningRate, steps.at(-1)!.learningRate], nice: false },
    axis: { title: 'learning rate', format: '.0e', grid: false, tickCount: 8 },
  };
  const y = {
    type: 'quantitative',
    scale: { domain: [Math.max(0, lowest * 0.9), top * 1.02], nice: false, zero: false },
    axis: { title: 'loss', tickCount: 5 },
  };
  const marks = [
    { name: 'steepest', rate: finding.steepest, color: colors.vermilion, text: colors.vermilionText, dy: -18 },
    { name: 'valley', rate: finding.valley, color: colors.blue, text: colors.blue, dy: -4 },
  ].filter(({ rate }) => rate !== null);
  const spec = {
    title,
    data: { values: steps },
    width: 460,
    height: 220,
    layer: [
      {
        mark: { type: 'line', color: colors.muted, clip: true, strokeWidth: 2 },
        encoding: {
          x: { field: 'learningRate', ...x },
          y: { field: 'smoothed', ...y },
          tooltip: [
            { field: 'learningRate', type: 'quantitative', title: 'learning rate', format: '.2~e' },
            { field: 'smoothed', type: 'quantitative', title: 'loss, smoothed', format: '.3~g' },
          ],
        },
      },
      ...marks.flatMap(({ name, rate, color, text, dy }) => [
        {
          mark: { type: 'rule', color, strokeDash: [3, 3] },
          data: { values: [{}] },
          encoding: { x: { ...x, datum: rate } },
        },
        {
          mark: {
            type: 'text',
            align: 'center',
            baseline: 'bottom',
            dy,
            color: text,
            fontWeight: 600,
            text: `${name} ${formatNumber(rate)}`,
          },
          data: { values: [{}] },
          encoding: { x: { ...x, datum: rate }, y: { value: 0 } },
        },
      ]),
    ],
  };
  const found = marks.map(({ name, rate }) => `${name}: ${formatNumber(rate)}`).join(', ') || 'no suggestion';
  const text = [`${title}: lowest loss ${formatNumber(lowest)}`, found].join('\n');
  return chart(
    { ...spec, title: { text: title, offset: 36 } },
    `Line chart of the loss over the learning rate; ${found}`,
    text,
  );
}
