import { UserError } from '../core/errors';
import type { EpochRecord } from '../core/listener';
import { withDefaults } from '../core/options';
import { alignColumns, formatNumber, formatShare } from '../core/text';
import { endLabels } from './endLabels';
import { bestEpoch } from './history';
import { epochDomain, panelTitle, wholeTicks } from './panel';
import { type Chart, chart, hues } from './theme';

/** Options of {@link compareCurves}. */
export interface CompareOptions {
  /** Title. Default: `'Compared'` */
  title?: string;
  /** Draw the training curves as well, dashed. Default: `true` */
  training?: boolean;
}

const height = 210;
/** Pixels that the page of a report shows without scrolling sideways. */
const widest = 900;
/** The gap between panels and the padding around them, in pixels. */
const [spacing, padding] = [28, 24];
/** Pixels that the axis left of a panel takes, with the gap to the names right of it. */
const axisWidth = 40;

const panels = [
  { name: 'loss', training: 'loss', validation: 'validationLoss', format: formatNumber, axis: '~g' },
  { name: 'accuracy', training: 'accuracy', validation: 'validationAccuracy', format: formatShare, axis: '.0%' },
] as const;
type Panel = (typeof panels)[number];

/**
 * Compare several trainings: loss and accuracy over the epochs, validation solid and training dashed, each line labelled with
 * its name and last value.
 *
 * The loss axis ends at twice the median of the first losses: a training that diverges leaves the plot, and its label gives
 * its last value. The panels stand side by side, or one above the other when the names are long.
 *
 * @param histories by name, 1 to 7, as the palette has seven colours
 * @throws {UserError} when there is no history or more than seven, one has no validation loss, or an option is unknown
 *
 * @example
 * ```ts
 * import { charts, readRun } from 'tunebook';
 *
 * charts.compareCurves({
 *   'seed 1': readRun('runs/first').history,
 *   'seed 2': readRun('runs/second').history,
 * });
 * ```
 */
export function compareCurves(
  histories: Readonly<Record<string, readonly EpochRecord[]>>,
  options: CompareOptions = {},
): Chart {
  const { title, training } = withDefaults('compareCurves', options, { title: 'Compared', training: true });
  const names = Object.keys(histories);
  if (names.length === 0 || names.length > hues.length)
    throw new UserError(`compareCurves: expected 1 to ${hues.length} trainings, got ${names.length}`);
  const without = names.find((name) => !histories[name]!.some((r) => Number.isFinite(r.validationLoss)));
  if (without !== undefined) throw new UserError(`compareCurves: '${without}' has no validation loss to compare`);
  const values = names.flatMap((name) => histories[name]!.map((record) => ({ name, ...record })));
  const { width, stacked } = layoutOf(names);
  const drawn = panels.map((panel) => drawPanel(histories, names, panel, training, width));
  const spec = {
    title: { text: title, offset: 24, ...(training && { subtitle: ['solid: validation, dashed: training'] }) },
    data: { values },
    spacing,
    ...(stacked ? { vconcat: drawn } : { hconcat: drawn }),
  };
  const rows = names.map((name) => {
    const history = histories[name]!;
    const loss = bestEpoch(history, 'validationLoss', 'lowest')!;
    const last = history.at(-1)!;
    return [name, loss, last] as const;
  });
  const lines = alignColumns(
    [
      ['', 'lowest validation loss', 'at epoch', 'last validation accuracy', 'last training accuracy'],
      ...rows.map(([name, loss, last]) => [
        name,
        formatNumber(loss.validationLoss),
        String(loss.epoch),
        formatShare(last.validationAccuracy),
        formatShare(last.accuracy),
      ]),
    ],
    [false, true, true, true, true],
  );
  const ends = rows.map(([name, , last]) => `${name} ${formatShare(last.validationAccuracy)}`).join(', ');
  return chart(
    spec,
    `Line charts that compare ${names.length} trainings: validation accuracy ${ends}`,
    `${title}\n${lines}`,
  );
}

/** The width of a panel, and whether the panels are stacked because names leave too little space beside each other. */
function layoutOf(names: readonly string[]): { width: number; stacked: boolean } {
  const label = 7.6 * (Math.max(...names.map((name) => name.length)) + ' 100.0%'.length); // pixels, in bold
  const beside = (widest - padding - spacing) / 2 - axisWidth - label;
  if (beside >= 220) return { width: Math.round(Math.min(260, beside)), stacked: false };
  const alone = widest - padding - axisWidth - label;
  return { width: Math.round(Math.min(520, Math.max(260, alone))), stacked: true };
}

function drawPanel(
  histories: Readonly<Record<string, readonly EpochRecord[]>>,
  names: readonly string[],
  panel: Panel,
  training: boolean,
  width: number,
): object {
  const domain = panel.name === 'loss' ? lossDomain(histories, names) : accuracyDomain(histories, names, training);
  const last = Math.max(...names.map((name) => histories[name]!.at(-1)!.epoch));
  const epochs = epochDomain(last);
  const x = {
    field: 'epoch',
    type: 'quantitative',
    scale: { domain: epochs, nice: false, zero: false },
    axis: { title: 'epoch', grid: false, values: wholeTicks(epochs), format: 'd', labelFlush: false },
  };
  const y = (field: string) => ({
    field,
    type: 'quantitative',
    scale: { domain, nice: false, zero: false },
    axis: { title: null, tickCount: 5, format: panel.axis },
  });
  const color = { field: 'name', type: 'nominal', scale: { domain: names, range: hues }, legend: null, sort: null };
  const tooltip = [
    { field: 'name', type: 'nominal', title: 'training' },
    { field: 'epoch', type: 'quantitative' },
    { field: panel.validation, type: 'quantitative', title: `validation ${panel.name}`, format: '.3~g' },
    { field: panel.training, type: 'quantitative', title: `training ${panel.name}`, format: '.3~g' },
  ];
  // a single epoch between others without a value is no line
  const scattered = names.some((name) => histories[name]!.some((record) => record[panel.validation] === undefined));
  const line = (field: string, style: object) => ({
    mark: { type: 'line', clip: true, point: last === 1 || scattered, ...style },
    encoding: { x, y: y(field), color, tooltip },
  });
  const { validation, format } = panel;
  const ends = names.map((name) => {
    const value = histories[name]!.findLast((r) => Number.isFinite(r[validation]))?.[validation] ?? Number.NaN;
    return { text: `${name} ${format(value)}`, value };
  });
  return {
    width,
    height,
    layer: [
      panelTitle(panel.name),
      ...(training ? [line(panel.training, { strokeWidth: 1.25, strokeDash: [5, 3], opacity: 0.7 })] : []),
      line(panel.validation, { strokeWidth: 2.25 }),
      ...endLabels(ends, domain, { width, height }),
    ],
  };
}

const finite = (values: readonly (number | undefined)[]) => values.filter((v): v is number => Number.isFinite(v));

function lossDomain(histories: Readonly<Record<string, readonly EpochRecord[]>>, names: readonly string[]) {
  const known = names.map((name) => finite(histories[name]!.flatMap((r) => [r.validationLoss, r.loss])));
  const firsts = known.map((values) => values[0]!).sort((a, b) => a - b);
  const typical = firsts[Math.floor((firsts.length - 1) / 2)]!;
  return [0, Math.min(Math.max(...known.flat()), 2 * typical) * 1.05 || 1] as const;
}

function accuracyDomain(
  histories: Readonly<Record<string, readonly EpochRecord[]>>,
  names: readonly string[],
  training: boolean,
) {
  const values = names.flatMap((name) =>
    finite(histories[name]!.flatMap((r) => [r.validationAccuracy, training ? r.accuracy : undefined])),
  );
  return [Math.floor(10 * Math.min(0.9, ...values)) / 10, 1] as const;
}
