import { withDefaults } from '../core/options';
import { alignColumns, formatShare } from '../core/text';
import type { Calibration } from '../metrics';
import { type Chart, chart, colors } from './theme';
import { referenceLine, unitAxis, unitSide } from './unitPlot';

/** Options of {@link reliabilityChart}. */
export interface ReliabilityOptions {
  /** Calibration of the same model after temperature scaling, drawn as hollow squares. Default: none */
  after?: Calibration;
  /** Title. Default: `'Reliability diagram'` */
  title?: string;
}

/**
 * A reliability diagram (Niculescu-Mizil and Caruana 2005): accuracy against confidence, with 95% Wilson intervals. On the
 * dashed diagonal the model is perfectly calibrated; below it, it is overconfident. The bars below count the examples.
 *
 * @param before from `calibration`
 * @throws {UserError} on an unknown option
 *
 * @example
 * ```ts
 * import { charts, metrics } from 'tunebook';
 *
 * const calibration = metrics.calibration([0, 1, 1], [[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]]);
 * charts.reliabilityChart(calibration).description; // => 'Reliability diagram: calibration error 40.0%, overconfident.'
 * ```
 */
export function reliabilityChart(before: Calibration, options?: ReliabilityOptions): Chart {
  const { after, title } = withDefaults<{ after?: Calibration; title: string }>('reliabilityChart', options, {
    after: undefined,
    title: 'Reliability diagram',
  });
  const points = (of: Calibration) =>
    of.bins.flatMap(({ count, confidence, accuracy, from, to }) =>
      accuracy
        ? [{ confidence, accuracy: accuracy.estimate, low: accuracy.low, high: accuracy.high, count, from, to }]
        : [],
    );
  const x = unitAxis('confidence', 'confidence: probability of the predicted class');
  const y = unitAxis('accuracy', 'accuracy');
  const tooltip = [
    { field: 'count', type: 'quantitative', title: 'examples' },
    { field: 'confidence', type: 'quantitative', title: 'mean confidence', format: '.1%' },
    { field: 'accuracy', type: 'quantitative', title: 'accuracy', format: '.1%' },
    { field: 'low', type: 'quantitative', title: 'interval from', format: '.1%' },
    { field: 'high', type: 'quantitative', title: 'interval to', format: '.1%' },
  ];
  const series = (of: Calibration, color: string, style: object, intervals: boolean) => ({
    data: { values: points(of) },
    layer: [
      ...(intervals
        ? [
            {
              mark: { type: 'rule', color, strokeWidth: 1.5, opacity: 0.55 },
              encoding: { x, y: unitAxis('low', ''), y2: { field: 'high' } },
            },
          ]
        : []),
      { mark: { type: 'line', color, strokeWidth: 1.5, opacity: 0.6 }, encoding: { x, y } },
      { mark: { type: 'point', color, size: 60, opacity: 1, ...style }, encoding: { x, y, tooltip } },
    ],
  });
  const judgement = (of: Calibration) =>
    of.error < 0.03 ? 'well calibrated' : of.overconfidence > 0 ? 'overconfident' : 'underconfident';
  const heading = `calibration error ${formatShare(before.error)}${after ? `, ${formatShare(after.error)} after scaling` : ''}`;
  const spec = {
    title: {
      text: title,
      subtitle: [
        `${heading}: ${judgement(before)}`,
        after
          ? 'vermilion: before, blue squares: after temperature scaling'
          : 'diagonal: perfectly calibrated; below it: overconfident',
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
    [['confidence', 'examples', 'mean confidence', 'accuracy', '95% interval'], ...rows],
    [false, true, true, true, false],
  );
  return chart(
    spec,
    `Reliability diagram: ${heading}, ${judgement(before)}.`,
    `${title}: ${heading}, ${judgement(before)}\n${table}`,
  );
}
