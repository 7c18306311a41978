import { withDefaults } from '../core/options';
import { alignColumns, formatShare } from '../core/text';
import type { Calibration } from '../metrics';
import { type Chart, chart, colors } from './theme';
import { referenceLine, unitAxis, unitSide } from './unitPlot';

export interface ReliabilityOptions {
  /** the same model after temperature scaling, drawn as hollow squares; none unless told */
  after?: Calibration;
  /** `Does its confidence hold?` unless told */
  title?: string;
}

/**
 * A reliability diagram (Niculescu-Mizil and Caruana 2005): how often predictions of each confidence are right, with
 * Wilson's intervals. On the dashed diagonal probabilities mean what they say; below it the model is too sure. The bars beneath count the
 * examples.
 *
 * @param before from `calibration`
 */
export function reliabilityChart(before: Calibration, options?: ReliabilityOptions): Chart {
  const { after, title } = withDefaults<{ after?: Calibration; title: string }>('reliabilityChart', options, {
    after: undefined,
    title: 'Does its confidence hold?',
  });
  const points = (of: Calibration) =>
    of.bins.flatMap(({ count, confidence, accuracy, from, to }) =>
      accuracy
        ? [{ confidence, accuracy: accuracy.estimate, low: accuracy.low, high: accuracy.high, count, from, to }]
        : [],
    );
  const x = unitAxis('confidence', 'confidence: probability of the predicted class');
  const y = unitAxis('accuracy', 'right of those');
  const tooltip = [
    { field: 'count', type: 'quantitative', title: 'examples' },
    { field: 'confidence', type: 'quantitative', title: 'mean confidence', format: '.1%' },
    { field: 'accuracy', type: 'quantitative', title: 'right', format: '.1%' },
    { field: 'low', type: 'quantitative', title: 'at least', format: '.1%' },
    { field: 'high', type: 'quantitative', title: 'at most', format: '.1%' },
  ];
  const series = (of: Calibration, color: string, look: object, whiskers: boolean) => ({
    data: { values: points(of) },
    layer: [
      ...(whiskers
        ? [
            {
              mark: { type: 'rule', color, strokeWidth: 1.5, opacity: 0.55 },
              encoding: { x, y: unitAxis('low', ''), y2: { field: 'high' } },
            },
          ]
        : []),
      { mark: { type: 'line', color, strokeWidth: 1.5, opacity: 0.6 }, encoding: { x, y } },
      { mark: { type: 'point', color, size: 60, opacity: 1, ...look }, encoding: { x, y, tooltip } },
    ],
  });
  const verdict = (of: Calibration) =>
    of.error < 0.03 ? 'close' : of.overconfidence > 0 ? 'too sure of itself' : 'not sure enough';
  const heading = `calibration error ${formatShare(before.error)}${after ? `, ${formatShare(after.error)} after scaling` : ''}`;
  const spec = {
    title: {
      text: title,
      subtitle: [
        `${heading}: ${verdict(before)}`,
        after
          ? 'vermilion: as trained; blue squares: after temperature scaling'
          : 'on the diagonal confidence is accuracy; below it the model is too sure',
      ],
    },
    spacing: 8,
    vconcat: [
      {
        width: unitSide,
        height: unitSide,
        layer: [
          referenceLine([0, 0], [1, 1]),
          series(before, colors.vermilion, { filled: true }, true),
          ...(after ? [series(after, colors.blue, { filled: false, shape: 'square', strokeWidth: 2 }, false)] : []),
        ],
      },
      {
        width: unitSide,
        height: 50,
        data: { values: before.bins.map(({ from, to, count }) => ({ from, to, count })) },
        mark: { type: 'rect', color: colors.muted, opacity: 0.6, stroke: colors.card },
        encoding: {
          x: { ...unitAxis('from', ''), axis: null },
          x2: { field: 'to' },
          y: { field: 'count', type: 'quantitative', axis: { title: 'examples', tickCount: 2, grid: false } },
          y2: { datum: 0 },
          tooltip: [{ field: 'count', type: 'quantitative', title: 'examples' }],
        },
      },
    ],
  };
  const rows = points(before).map(({ from, to, count, confidence, accuracy, low, high }) => [
    `${formatShare(from)} to ${formatShare(to)}`,
    String(count),
    formatShare(confidence),
    formatShare(accuracy),
    `${formatShare(low)} to ${formatShare(high)}`,
  ]);
  const table = alignColumns(
    [['confidence', 'examples', 'mean confidence', 'right', '95% interval'], ...rows],
    [false, true, true, true, false],
  );
  return chart(
    spec,
    `Reliability diagram: ${heading}, ${verdict(before)}.`,
    `${title} ${heading}: ${verdict(before)}\n${table}`,
  );
}
