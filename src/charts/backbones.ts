import { withDefaults } from '../core/options';
import { alignColumns, formatShare } from '../core/text';
import type { Interval } from '../metrics';
import { type Chart, chart, colors } from './theme';

/** What the chart needs of a compared backbone. */
export interface BackboneChartRow {
  title: string;
  /** of the weights file on this machine, in bytes */
  fileBytes: number;
  /** trainable and not, without the ImageNet classifier, which fine-tuning replaces */
  parameters: number;
  /** of one picture, without the classifier */
  multiplyAdds: number;
  /** measured here: one picture through the network, in batches of 16, without decoding */
  millisecondsAPicture: number;
  /** published ImageNet accuracy, a fraction of 1 */
  publishedTop1: number;
  probe: Pick<Interval, 'estimate' | 'low' | 'high'>;
  neighbours: Pick<Interval, 'estimate' | 'low' | 'high'>;
  logMe: number;
}

export interface BackboneChartOptions {
  /** `Backbones on these pictures` unless told */
  title?: string;
}

interface Panel {
  title: string;
  value: (row: BackboneChartRow) => number;
  label: (value: number) => string;
  interval?: (row: BackboneChartRow) => Pick<Interval, 'low' | 'high'>;
}

const fixed = (digits: number) => (value: number) => value.toFixed(digits);

/** Costs first, then what it is worth. */
const panels: readonly Panel[] = [
  { title: 'file, MB', value: ({ fileBytes }) => fileBytes / 1e6, label: fixed(1) },
  { title: 'parameters, M', value: ({ parameters }) => parameters / 1e6, label: fixed(1) },
  { title: 'multiply-adds, G', value: (row) => row.multiplyAdds / 1e9, label: fixed(2) },
  { title: 'ms a picture, here', value: (row) => row.millisecondsAPicture, label: fixed(1) },
  { title: 'published top-1', value: (row) => row.publishedTop1, label: formatShare },
  { title: 'linear probe', value: ({ probe }) => probe.estimate, label: formatShare, interval: ({ probe }) => probe },
  {
    title: 'k-NN',
    value: ({ neighbours }) => neighbours.estimate,
    label: formatShare,
    interval: ({ neighbours }) => neighbours,
  },
  { title: 'LogME', value: ({ logMe }) => logMe, label: fixed(3) },
];
/** The panels of the second row: how good, not how dear. */
const WORTH = 4;

/**
 * Backbones side by side: file size, parameters, multiply-adds and measured time, then published accuracy, and on one's own
 * pictures the accuracy of linear probes and of nearest neighbours with their intervals, and LogME. A panel each: the scales
 * have nothing to do with each other.
 */
export function backboneChart(rows: readonly BackboneChartRow[], options: BackboneChartOptions = {}): Chart {
  const { title } = withDefaults<Required<BackboneChartOptions>>('backboneChart', options, {
    title: 'Backbones on these pictures',
  });
  const best = rows.reduce<BackboneChartRow | undefined>(
    (a, row) => (!a || row.probe.estimate > a.probe.estimate ? row : a),
    undefined,
  );
  const equals = rows.filter((row) => best && row !== best && row.probe.high >= best.probe.estimate);
  const heading = best
    ? `best linear probe ${best.title}, ${formatShare(best.probe.estimate)}`
    : 'nothing was measured';
  const doubt =
    equals.length > 0 ? `; within their intervals ${equals.map((row) => row.title).join(', ')} are as good` : '';
  const line = (chosen: readonly Panel[]) => ({
    hconcat: chosen.map((panel, place) => drawPanel(panel, rows, place === 0)),
    spacing: 18,
  });
  const spec = {
    title: {
      text: `${title}: ${heading}`,
      subtitle: [`above: what they cost; below: what they are worth, with 95% intervals${doubt}`],
    },
    vconcat: [line(panels.slice(0, WORTH)), line(panels.slice(WORTH))],
  };
  const text = alignColumns(
    [
      ['backbone', ...panels.map((panel) => panel.title)],
      ...rows.map((row) => [row.title, ...panels.map(({ value, label }) => label(value(row)))]),
    ],
    [false, ...panels.map(() => true)],
  );
  const description = `Panels that compare ${rows.length} backbones: ${rows.map((row) => row.title).join(', ')}. ${heading}${doubt}.`;
  return chart(spec, description, `${title}: ${heading}${doubt}\n${text}`);
}

/** Bars from zero; of accuracies and LogME dots on a scale of their own, as differences matter there and zero does not. */
function drawPanel({ title, value, label, interval }: Panel, rows: readonly BackboneChartRow[], named: boolean) {
  const values = rows.map((row) => ({
    backbone: row.title,
    value: value(row),
    label: label(value(row)),
    ...(interval && { low: interval(row).low, high: interval(row).high }),
  }));
  const cost = panels.findIndex((panel) => panel.title === title) < WORTH;
  const share = label === formatShare;
  const x = {
    type: 'quantitative',
    scale: { zero: cost, padding: cost ? 0 : 14 },
    axis: { title, tickCount: 3, labelOverlap: true, ...(share && { format: '.0%' }) },
  };
  const y = {
    field: 'backbone',
    type: 'nominal',
    sort: null,
    axis: named ? { title: null, ticks: false, domain: false } : null,
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
