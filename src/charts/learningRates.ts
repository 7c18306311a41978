import { UserError } from '../core/errors';
import { withDefaults } from '../core/options';
import { formatNumber } from '../core/text';
import type { LearningRateFinding } from '../metrics/learningRateFinding';
import { type Chart, chart, colors } from './theme';

/**
 * The loss while the learning rate rises, and the two rates that {@link findLearningRate} suggests.
 *
 * @param finding what `findLearningRate` returned
 * @throws {UserError} if it has no steps
 */
export function learningRateChart(finding: LearningRateFinding, options: { title?: string } = {}): Chart {
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
