import { UserError } from '../core/errors';
import { withDefaults } from '../core/options';
import { alignColumns, counted, formatNumber, formatShare } from '../core/text';
import type { ThresholdChoice } from '../metrics';
import { type Chart, chart, colors, hues } from './theme';

/** Options of {@link thresholdChart}. */
export interface ThresholdChartOptions {
  /** A threshold to mark and describe, from `chooseThreshold`. Default: none */
  chosen?: ThresholdChoice;
  /** Name of the positive class. Default: `'positive'` */
  positive?: string;
  /** Title. Default: `'Precision and recall by threshold'` */
  title?: string;
}

const width = 360;
const height = 230;
const series = [
  { key: 'precision', color: hues[0], text: hues[0], dash: [1, 0] },
  { key: 'recall', color: hues[1], text: colors.vermilionText, dash: [6, 3] },
  { key: 'accuracy', color: hues[2], text: hues[2], dash: [2, 2] },
] as const;

/**
 * Precision, recall and accuracy of a binary task at every threshold.
 *
 * @param table from `thresholdTable`
 * @throws {UserError} when the table has no finite threshold, or on an unknown option
 *
 * @example
 * ```ts
 * import { charts, metrics } from 'tunebook';
 *
 * const table = metrics.thresholdTable([1, 0, 1, 0], [0.9, 0.7, 0.6, 0.1]);
 * charts.thresholdChart(table).description; // => 'Precision, recall and accuracy over the threshold: 4 thresholds.'
 * ```
 */
export function thresholdChart(table: readonly ThresholdChoice[], options?: ThresholdChartOptions): Chart {
  const { chosen, positive, title } = withDefaults<{ chosen?: ThresholdChoice; positive: string; title: string }>(
    'thresholdChart',
    options,
    { chosen: undefined, positive: 'positive', title: 'Precision and recall by threshold' },
  );
  const cuts = table.filter(({ threshold }) => Number.isFinite(threshold));
  if (cuts.length === 0) throw new UserError('thresholdChart: the table has no threshold; give at least one example');
  const probabilities = cuts.every(({ threshold }) => threshold >= 0 && threshold <= 1);
  const x = {
    field: 'threshold',
    type: 'quantitative',
    scale: probabilities ? { domain: [0, 1], nice: false } : { zero: false },
    axis: { title: `threshold: predicted ${positive} from this score up`, grid: false, tickCount: 6 },
  };
  const { field: _, ...scaled } = x;
  const y = {
    type: 'quantitative',
    scale: { domain: [0, 1], nice: false },
    axis: { title: null, format: '.0%', values: [0, 0.25, 0.5, 0.75, 1] },
  };
  const at = chosen && Number.isFinite(chosen.threshold) ? chosen : undefined;
  const spec = {
    title: {
      text: title,
      offset: at ? 30 : 12,
      ...(chosen && { subtitle: [describe(chosen, positive)] }),
    },
    data: { values: cuts },
    width,
    height,
    layer: [
      ...series.map(({ key, color, dash }) => ({
        mark: { type: 'line', interpolate: 'step-before', color, strokeWidth: 2, strokeDash: dash },
        encoding: {
          x,
          y: { field: key, ...y },
          tooltip: [
            { field: 'threshold', type: 'quantitative', format: '.3~f' },
            ...['precision', 'recall', 'accuracy', 'f1'].map((field) => ({
              field,
              type: 'quantitative',
              format: '.1%',
            })),
          ],
        },
      })),
      ...(at
        ? [
            {
              mark: { type: 'rule', color: colors.text, strokeWidth: 1.25 },
              data: { values: [{}] },
              encoding: { x: { ...scaled, datum: at.threshold } },
            },
            {
              mark: {
                type: 'text',
                baseline: 'bottom',
                dy: -5,
                fontWeight: 600,
                text: `chosen ${formatNumber(at.threshold)}`,
              },
              data: { values: [{}] },
              encoding: { x: { ...scaled, datum: at.threshold }, y: { value: 0 } },
            },
          ]
        : []),
      ...legend(at ?? cuts[Math.floor(cuts.length / 2)]!, at !== undefined),
    ],
  };
  const step = Math.ceil(cuts.length / 12);
  const rows = cuts
    .filter((_, i) => i % step === 0)
    .map((c) => [formatNumber(c.threshold), ...[c.precision, c.recall, c.accuracy, c.f1].map(formatShare)]);
  const lines = alignColumns(
    [['threshold', 'precision', 'recall', 'accuracy', 'F1'], ...rows],
    [true, true, true, true, true],
  );
  const words = chosen ? describe(chosen, positive) : `${cuts.length} thresholds`;
  return chart(spec, `Precision, recall and accuracy over the threshold: ${words}.`, `${title}: ${words}\n${lines}`);
}

function legend(at: ThresholdChoice, withValues: boolean): object[] {
  return series.map(({ key, text }, i) => ({
    mark: {
      type: 'text',
      align: 'left',
      baseline: 'middle',
      fontWeight: 600,
      color: text,
      text: `${['—', '- -', '···'][i]} ${key}${withValues ? ` ${formatShare(at[key])}` : ''}`,
    },
    data: { values: [{}] },
    encoding: { x: { value: width + 12 }, y: { value: 10 + 18 * i } },
  }));
}

function describe({ threshold, truePositives, falsePositives, falseNegatives }: ThresholdChoice, positive: string) {
  const from = Number.isFinite(threshold) ? `threshold ${formatNumber(threshold)}` : 'nothing predicted';
  const counts = [
    counted(truePositives, 'true positive'),
    counted(falseNegatives, 'false negative'),
    counted(falsePositives, 'false positive'),
  ];
  return `${from} for ${positive}: ${counts.join(', ')}`;
}
