import { withDefaults } from '../core/options';
import { alignColumns, counted, formatShare } from '../core/text';
import type { Interval } from '../metrics';
import { byMeasure, formatMeasure, type Monitor, measures } from '../metrics/measures';
import { type Chart, chart, colors } from './theme';

/** What {@link backboneChart} shows of a backbone; `compareBackbones` returns such rows. */
export interface BackboneChartRow {
  /** Name of the backbone, for display. */
  title: string;
  /** Size of its weight file, in bytes. */
  fileBytes: number;
  /** Number of parameters, frozen ones included, without the ImageNet classifier, which fine-tuning replaces. */
  parameters: number;
  /** Multiply-add operations for one picture, without the classifier. */
  multiplyAdds: number;
  /** Milliseconds per picture, measured on this machine in batches of 16, without decoding. */
  millisecondsAPicture: number;
  /** Published top-1 accuracy on ImageNet, from 0 to 1; null for weights of your own. */
  publishedTop1: number | null;
  /** Accuracy of a linear probe on its features, with its interval, from 0 to 1. */
  probe: Pick<Interval, 'estimate' | 'low' | 'high'>;
  /** Accuracy of k nearest neighbours on its features, with its interval, from 0 to 1. */
  neighbours: Pick<Interval, 'estimate' | 'low' | 'high'>;
  /** What the comparison went by. Default: 'accuracy' */
  monitor?: Monitor;
  /** That measure of the linear probe, with its interval. Default: `probe` */
  score?: Pick<Interval, 'estimate' | 'low' | 'high'>;
  /** Accuracy of always predicting the most frequent class, which a probe must exceed. Default: not said */
  mostFrequent?: number;
  /** LogME score (You et al. 2021) of its features: the higher, the better they fit the labels. */
  logMe: number;
}

/** Options of {@link backboneChart}. */
export interface BackboneChartOptions {
  /** Title. Default: `'Backbones on these pictures'` */
  title?: string;
}

interface Panel {
  title: string;
  value: (row: BackboneChartRow) => number | null;
  label: (value: number) => string;
  interval?: (row: BackboneChartRow) => Pick<Interval, 'low' | 'high'>;
  /** Bars from zero for costs; dots without zero for accuracies, where differences matter. Not drawn by default */
  drawn?: 'bars' | 'dots';
}

const fixed = (digits: number) => (value: number) => value.toFixed(digits);

/** What a choice goes by is drawn, costs first; the text has the rest, too. */
const panels: readonly Panel[] = [
  { title: 'file, MB', value: ({ fileBytes }) => fileBytes / 1e6, label: fixed(1) },
  { title: 'parameters, M', value: ({ parameters }) => parameters / 1e6, label: fixed(1), drawn: 'bars' },
  { title: 'multiply-adds, G', value: (row) => row.multiplyAdds / 1e9, label: fixed(2) },
  { title: 'ms per picture, here', value: (row) => row.millisecondsAPicture, label: fixed(1), drawn: 'bars' },
  { title: 'published top-1', value: (row) => row.publishedTop1, label: formatShare, drawn: 'dots' },
  {
    title: 'linear probe',
    value: ({ probe }) => probe.estimate,
    label: formatShare,
    interval: ({ probe }) => probe,
    drawn: 'dots',
  },
  { title: 'k-NN', value: ({ neighbours }) => neighbours.estimate, label: formatShare },
  { title: 'LogME', value: ({ logMe }) => logMe, label: fixed(3) },
];

/**
 * Compare backbones side by side: parameters and measured time, published ImageNet accuracy, and the accuracy of linear probes on your
 * pictures with its 95% interval, each in a panel with a scale of its own. The chart's text also has the size of the weight file,
 * multiply-adds, the accuracy of nearest neighbours, and LogME.
 *
 * @param rows one for each backbone, from `compareBackbones`
 * @throws {UserError} on an unknown option
 *
 * @example
 * ```ts
 * import { charts } from 'tunebook';
 *
 * const estimate = { estimate: 0.8, low: 0.7, high: 0.87 };
 * const size = { fileBytes: 14e6, parameters: 2.2e6, multiplyAdds: 3e8, millisecondsAPicture: 4 };
 * const quality = { publishedTop1: 0.72, probe: estimate, neighbours: estimate, logMe: 0.4 };
 * const chart = charts.backboneChart([{ title: 'MobileNetV2', ...size, ...quality }]);
 * chart.description; // => 'Panels that compare 1 backbone: MobileNetV2. best linear probe MobileNetV2, 80.0%.'
 * ```
 */
export function backboneChart(rows: readonly BackboneChartRow[], options: BackboneChartOptions = {}): Chart {
  const { title } = withDefaults<Required<BackboneChartOptions>>('backboneChart', options, {
    title: 'Backbones on these pictures',
  });
  const monitor = rows[0]?.monitor ?? 'accuracy';
  const { title: name, lowerIsBetter } = measures[monitor];
  const scoreOf = ({ score, probe }: BackboneChartRow) => score ?? probe;
  const best = rows.reduce<BackboneChartRow | undefined>(
    (a, row) => (!a || byMeasure(monitor, scoreOf(row).estimate, scoreOf(a).estimate) < 0 ? row : a),
    undefined,
  );
  const equals = rows.filter((row) => {
    if (!best || row === best) return false;
    const { low, high } = scoreOf(row);
    return lowerIsBetter ? low <= scoreOf(best).estimate : high >= scoreOf(best).estimate;
  });
  const heading = best
    ? `best linear probe ${best.title}, ${monitor === 'accuracy' ? '' : `${name} `}${formatMeasure(monitor, scoreOf(best).estimate)}`
    : 'nothing was measured';
  const baseline = rows[0]?.mostFrequent;
  const notes = [
    ...(baseline === undefined ? [] : [`always the most frequent class: ${formatShare(baseline)}`]),
    ...(equals.length > 0 ? [`their intervals do not rule out ${equals.map((row) => row.title).join(', ')}`] : []),
  ];
  const said = [heading, ...notes].join('; ');
  const spec = {
    title: {
      text: `${title}: ${heading}`,
      // a line each, as a long one would make the whole chart wider than a page
      subtitle: ['left: costs; right: accuracies, on ImageNet and, with 95% intervals, on these pictures', ...notes],
    },
    hconcat: panels.filter(({ drawn }) => drawn).map((panel, place) => drawPanel(panel, rows, place === 0)),
    spacing: 18,
  };
  const text = alignColumns(
    [
      ['backbone', ...panels.map((panel) => panel.title)],
      ...rows.map((row) => [row.title, ...panels.map((panel) => labelOf(panel, row))]),
    ],
    [false, ...panels.map(() => true)],
  );
  const description = `Panels that compare ${counted(rows.length, 'backbone')}: ${rows.map((row) => row.title).join(', ')}. ${said}.`;
  return chart(spec, description, `${title}: ${said}\n${text}`);
}

const labelOf = ({ value, label }: Panel, row: BackboneChartRow): string => {
  const number = value(row);
  return number === null ? '' : label(number);
};

function drawPanel(panel: Panel, rows: readonly BackboneChartRow[], named: boolean) {
  const { title, value, label, interval, drawn } = panel;
  const values = rows.map((row) => ({
    backbone: row.title,
    value: value(row),
    label: labelOf(panel, row),
    ...(interval && { low: interval(row).low, high: interval(row).high }),
  }));
  const cost = drawn === 'bars';
  const share = label === formatShare;
  const x = {
    type: 'quantitative',
    scale: { zero: cost, padding: cost ? 0 : 14 },
    axis: { title, tickCount: 3, labelOverlap: true, labelSeparation: 4, ...(share && { format: '.0%' }) },
  };
  const y = {
    field: 'backbone',
    type: 'nominal',
    sort: null,
    axis: named ? { title: null, ticks: false, domain: false, labelPadding: 6 } : null,
  };
  const mark = cost
    ? { type: 'bar', color: colors.muted, height: 10 }
    : { type: 'point', filled: true, color: colors.blue, size: 60, opacity: 1 };
  return {
    data: { values },
    width: 120,
    height: { step: 26 },
    encoding: { y },
    layer: [
      ...(interval
        ? [
            {
              mark: { type: 'rule', color: colors.blue, strokeWidth: 1.5 },
              encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' } },
            },
          ]
        : []),
      { mark, encoding: { x: { ...x, field: 'value' } } },
      {
        mark: { type: 'text', align: cost ? 'left' : 'center', dx: cost ? 4 : 0, dy: cost ? 0 : -9, fontSize: 10 },
        encoding: { x: { ...x, field: 'value' }, text: { field: 'label' } },
      },
    ],
  };
}
