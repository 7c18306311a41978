import type { EpochRecord } from '../core/listener';
import { formatNumber, formatShare } from '../core/text';
import { bestEpoch } from './history';
import { colors } from './theme';

export const panelWidth = 250;
const width = panelWidth;
const height = 190;
/** The smallest distance in pixels between two labels that do not overlap. */
const lineHeight = 14;
/** With more epochs than this the points would hide the line. */
const MOST_POINTS = 40;

interface Panel {
  name: string;
  train: 'loss' | 'accuracy';
  validation: 'validationLoss' | 'validationAccuracy';
  best: 'lowest' | 'highest';
}

/** One metric over the epochs: a training and a validation line with their last values, and the best epoch. */
export function curvePanel(history: readonly EpochRecord[], epochs: [number, number], panel: Panel): object {
  const domain = valueDomain(history, panel);
  const shares = panel.name === 'accuracy';
  const y = {
    type: 'quantitative',
    scale: { domain, nice: false, zero: false },
    axis: { title: null, tickCount: 5, format: shares ? '.0%' : '~g' },
  };
  const x = {
    type: 'quantitative',
    scale: { domain: epochs, nice: false, zero: false },
    axis: { title: 'epoch', grid: false, values: wholeTicks(epochs), format: 'd', labelFlush: false },
  };
  const points = history.length <= MOST_POINTS;
  const line = (field: string, color: string, style: object) => ({
    mark: { type: 'line', color, ...style, ...(points && { point: { filled: true, size: 22, color } }) },
    encoding: { x: { field: 'epoch', ...x }, y: { field, ...y } },
  });
  const validated = bestEpoch(history, panel.validation, panel.best) !== undefined;
  return {
    width,
    height,
    layer: [
      panelTitle(panel.name),
      ...(validated ? [gap(panel, x, y)] : []),
      line(panel.train, colors.blue, { strokeWidth: 1.5, strokeDash: [5, 3] }),
      ...(shares ? baselineRule(history, y) : []),
      ...(validated ? [line(panel.validation, colors.vermilion, { strokeWidth: 2.25 })] : []),
      ...bestMark(history, epochs, panel, x, y),
      ...endLabels(history, epochs, domain, panel, x),
      hoverBands(panel, validated, x),
    ],
  };
}

/** The generalization gap, shaded where the model is worse on validation than on training data. */
function gap({ train, validation, best }: Panel, x: object, y: object): object {
  const worse = best === 'lowest' ? `datum.${validation} > datum.${train}` : `datum.${validation} < datum.${train}`;
  const known = `isValid(datum.${train}) && isValid(datum.${validation})`;
  return {
    transform: [{ calculate: `${known} ? (${worse} ? datum.${validation} : datum.${train}) : null`, as: 'edge' }],
    mark: { type: 'area', color: colors.vermilion, opacity: 0.12, clip: true },
    encoding: { x: { field: 'epoch', ...x }, y: { field: train, ...y }, y2: { field: 'edge' } },
  };
}

/** The vertical scale: loss from 0 to its maximum, accuracy from the next lower tenth to 1. */
function valueDomain(history: readonly EpochRecord[], { name, train, validation }: Panel): [number, number] {
  const values = history.flatMap((r) => [r[train], r[validation]]).filter((v) => Number.isFinite(v)) as number[];
  const baseline = name === 'accuracy' ? (baselineIn(history) ?? 0.9) : 0.9;
  const low = Math.min(0.9, baseline, ...values);
  if (name === 'accuracy') return [Math.floor(low * 10) / 10, 1];
  const high = Math.max(0, ...values);
  return [Math.min(0, low), high > 0 ? high * 1.05 : 1];
}

/** The accuracy of always predicting the most frequent class, where the epochs say it. */
export const baselineIn = (history: readonly EpochRecord[]): number | undefined => history.at(-1)?.validationBaseline;

/** A dotted line at the accuracy of always predicting the most frequent class. */
function baselineRule(history: readonly EpochRecord[], y: object): object[] {
  const baseline = baselineIn(history);
  if (baseline === undefined) return [];
  return [
    {
      mark: { type: 'rule', color: colors.muted, strokeDash: [1, 3], strokeWidth: 1.5 },
      data: { values: [{}] },
      encoding: { y: { ...y, datum: baseline } },
    },
  ];
}

/** A title at a fixed height: Vega's own title would move up when the best epoch is labelled. */
export function panelTitle(text: string): object {
  return {
    mark: { type: 'text', align: 'left', baseline: 'bottom', dy: -20, fontSize: 12, fontWeight: 600, text },
    data: { values: [{}] },
    encoding: { x: { value: 0 }, y: { value: 0 } },
  };
}

/** The domain of the epoch axis; a single epoch is centred. */
export function epochDomain(last: number): [number, number] {
  return last === 1 ? [0.5, 1.5] : [1, last];
}

/** At most eleven whole numbers for the ticks of an axis, at round steps. */
export function wholeTicks([first, last]: [number, number]): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((size) => last / size <= 10) ?? Math.ceil(last / 10);
  const ticks = first <= 1 ? [1] : [];
  for (let epoch = step; epoch <= last; epoch += step) if (epoch > 1) ticks.push(epoch);
  return ticks;
}

/** A dashed line at the best epoch, labelled above the plot, where the label hides no data. */
function bestMark(
  history: readonly EpochRecord[],
  epochs: [number, number],
  panel: Panel,
  x: object,
  y: object,
): object[] {
  const best = bestEpoch(history, panel.validation, panel.best);
  if (best === undefined) return [];
  const at = { ...x, datum: best.epoch };
  const along = (best.epoch - epochs[0]) / (epochs[1] - epochs[0]);
  const align = along < 0.25 ? 'left' : along > 0.75 ? 'right' : 'center';
  return [
    { mark: { type: 'rule', color: colors.muted, strokeDash: [2, 3] }, data: { values: [{}] }, encoding: { x: at } },
    {
      mark: { type: 'text', align, baseline: 'bottom', dy: -3, color: colors.muted, text: `best: epoch ${best.epoch}` },
      data: { values: [{}] },
      encoding: { x: at, y: { value: 0 } },
    },
    {
      mark: { type: 'point', size: 90, strokeWidth: 2, color: colors.vermilion, filled: false },
      data: { values: [{}] },
      encoding: { x: at, y: { ...y, datum: best[panel.validation] } },
    },
  ];
}

/** The name and last value of each line right of the plot, moved apart when they would overlap. */
function endLabels(
  history: readonly EpochRecord[],
  epochs: [number, number],
  domain: [number, number],
  { name, train, validation }: Panel,
  x: object,
): object[] {
  const series = [
    { key: train, label: 'training', color: colors.blue, text: colors.blue },
    { key: validation, label: 'validation', color: colors.vermilion, text: colors.vermilionText },
  ];
  const format = name === 'accuracy' ? formatShare : formatNumber;
  const ends = series.flatMap(({ key, ...look }) => {
    const last = history.findLast((r) => Number.isFinite(r[key]));
    if (last === undefined) return [];
    const at = height * (1 - (last[key]! - domain[0]) / (domain[1] - domain[0]));
    return [{ ...look, epoch: last.epoch, value: format(last[key]), at, place: at }];
  });
  spread(ends);
  return ends.flatMap(({ label, color, text, epoch, value, at, place }) => [
    ...(epoch < epochs[1]
      ? [
          {
            mark: { type: 'rule', color, opacity: 0.45, strokeDash: [1, 3] },
            data: { values: [{}] },
            encoding: { x: { ...x, datum: epoch }, x2: { value: width }, y: { value: at } },
          },
        ]
      : []),
    {
      mark: {
        type: 'text',
        align: 'left',
        baseline: 'middle',
        fontWeight: 600,
        color: text,
        text: `${label} ${value}`,
      },
      data: { values: [{}] },
      encoding: { x: { value: width + 8 }, y: { value: place } },
    },
  ]);
}

/** Move two overlapping labels apart, within the height of the plot. */
function spread(ends: { at: number; place: number }[]): void {
  const [a, b] = [...ends].sort((one, other) => one.at - other.at);
  if (a === undefined || b === undefined || b.at - a.at >= lineHeight) return;
  const middle = Math.min(Math.max((a.at + b.at) / 2, lineHeight / 2), height - lineHeight / 2);
  a.place = middle - lineHeight / 2;
  b.place = middle + lineHeight / 2;
}

/** A transparent band around each epoch whose tooltip shows all values of the epoch. */
function hoverBands({ name }: Panel, validated: boolean, x: object): object {
  const param = `hover_${name}`;
  return {
    params: [{ name: param, select: { type: 'point', on: 'mouseover', clear: 'mouseout', fields: ['epoch'] } }],
    transform: [
      { calculate: 'datum.epoch - 0.5', as: 'from' },
      { calculate: 'datum.epoch + 0.5', as: 'to' },
    ],
    mark: { type: 'rect', color: colors.muted, clip: true },
    encoding: {
      x: { field: 'from', ...x },
      x2: { field: 'to' },
      opacity: { condition: { param, empty: false, value: 0.15 }, value: 0.001 },
      tooltip: [
        { field: 'epoch', type: 'quantitative', title: 'epoch' },
        { field: 'loss', type: 'quantitative', title: 'loss', format: '.3~g' },
        ...(validated
          ? [{ field: 'validationLoss', type: 'quantitative', title: 'validation loss', format: '.3~g' }]
          : []),
        { field: 'accuracy', type: 'quantitative', title: 'accuracy', format: '.1%' },
        ...(validated
          ? [{ field: 'validationAccuracy', type: 'quantitative', title: 'validation accuracy', format: '.1%' }]
          : []),
        { field: 'learningRate', type: 'quantitative', title: 'learning rate', format: '.3~g' },
        { field: 'seconds', type: 'quantitative', title: 'seconds', format: '.2~f' },
      ],
    },
  };
}
