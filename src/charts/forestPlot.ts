import { shown, UserError } from '../core/errors';
import { printableLine } from '../core/escape/printable';
import { withDefaults } from '../core/options';
import { alignColumns, counted } from '../core/text';
import { formatDifference, type Monitor, measures, monitors } from '../metrics/measures';
import { type Chart, chart, colors } from './theme';

/** Options of {@link forestPlot}. */
export interface ForestPlotOptions {
  /** What the differences are of: 'loss', 'accuracy', 'macroF1' or 'auc', such as the `monitor` of a study. Default: 'accuracy' */
  monitor?: Monitor;
  /** Title. Default: `'Differences of accuracy'`, or what else `monitor` says */
  title?: string;
}

/** The columns after those that name a row: see {@link nameOf}. */
const statistics = ['runs', 'n', ...monitors, 'sd', 'seconds', 'memory', 'difference', 'verdict'];
/** The most rows that are drawn; the chart's text lists all. */
const MOST_DRAWN = 60;

/**
 * Differences from a baseline, each with its 95% interval, in the order of the rows: a forest plot (Lewis and Clarke 2001). An interval
 * that crosses the line at zero leaves open which of the two is better.
 *
 * @param rows of a table with the columns `difference`, `difference low` and `difference high`, and perhaps `verdict`: that of
 *   `studies.compareBy`, or the `table` of a study. The columns before the measures name a row. Rows without a difference, such as the
 *   baseline, are not drawn; the only baseline is named below the title
 * @throws {UserError} on an unknown option or measure, or if a row has no column `difference`
 *
 * @example
 * ```ts
 * import { charts } from 'tunebook';
 *
 * const rows = [{ head: 'dense', n: 5, difference: -0.08, 'difference low': -0.11, 'difference high': -0.04, verdict: 'worse' }];
 * charts.forestPlot(rows).description; // => 'Forest plot of 1 difference of accuracy: dense -8.0 (-11.0 to -4.0).'
 * ```
 */
export function forestPlot(rows: readonly object[], options: ForestPlotOptions = {}): Chart {
  const given = withDefaults<{ monitor: Monitor; title?: string }>('forestPlot', options, {
    monitor: 'accuracy',
    title: undefined,
  });
  const { monitor } = given;
  if (!monitors.includes(monitor)) {
    throw new UserError(`forestPlot: unknown measure ${shown(monitor)}; the measures are ${monitors.join(', ')}`);
  }
  const measure = measures[monitor];
  const title = given.title ?? `Differences of ${measure.title}`;
  const all = rows.map((row) => toDifference(row, monitor));
  const known = all.filter((row) => row.difference !== null);
  const baselines = all.filter((row) => row.difference === null);
  const compared = baselines.length === 1 ? `compared with ${baselines[0]!.name}` : 'each compared with its baseline';
  const drawn = known.slice(0, MOST_DRAWN);
  const scale = measure.percent ? 100 : 1;
  const values = drawn.map(({ name, difference, limits, note, sign }) => ({
    ...{ name, note, sign, difference: scale * difference! },
    ...(limits && { low: scale * limits.low, high: scale * limits.high }),
  }));
  const x = {
    type: 'quantitative',
    scale: { padding: 12, ...(values.length === 0 && { domain: [-1, 1] }) },
    axis: {
      title: measure.percent ? `points of ${measure.title}` : measure.title,
      tickCount: 6,
      labelExpr: "datum.value === 0 ? '0' : format(datum.value, '+~r')",
    },
  };
  const y = {
    ...{ field: 'name', type: 'nominal', sort: null },
    axis: { title: null, grid: false, ticks: false, domain: false, labelPadding: 8, labelLimit: 260 },
  };
  // above and below zero also differ in shape
  const signs = { domain: [1, 0, -1], range: [colors.blue, colors.muted, colors.vermilion] };
  const color = { field: 'sign', type: 'nominal', scale: signs, legend: null };
  const shapes = { domain: [1, 0, -1], range: ['circle', 'diamond', 'square'] };
  const width = 360;
  const spec = {
    title: {
      text: title,
      subtitle: [
        `${compared}; dot: mean, line: 95% interval`,
        ...(known.length > MOST_DRAWN ? [`the first ${MOST_DRAWN} of ${known.length} rows; the text lists all`] : []),
      ],
    },
    data: { values },
    width,
    height: { step: 26 },
    encoding: { y },
    layer: [
      {
        mark: { type: 'rule', color: colors.muted, strokeDash: [4, 3] },
        data: { values: [{}] },
        encoding: { x: { datum: 0, ...x }, y: null },
      },
      {
        mark: { type: 'rule', strokeWidth: 2.5 },
        encoding: { x: { field: 'low', ...x }, x2: { field: 'high' }, color },
        transform: [{ filter: 'isValid(datum.low)' }],
      },
      {
        mark: { type: 'point', filled: true, size: 80, opacity: 1 },
        encoding: {
          x: { field: 'difference', ...x },
          color,
          shape: { field: 'sign', type: 'nominal', scale: shapes, legend: null },
          tooltip: [
            { field: 'name', type: 'nominal', title: 'row' },
            ...['difference', 'low', 'high'].map((field) => ({ field, type: 'quantitative', format: '+.3~r' })),
          ],
        },
      },
      {
        mark: { type: 'text', align: 'left', baseline: 'middle', dx: 12, color: colors.text },
        encoding: { x: { value: width }, text: { field: 'note', type: 'nominal' } },
      },
    ],
  };
  const lines = alignColumns(
    [
      ['', 'difference', '95% interval', 'verdict'],
      ...all.map(({ name, difference, interval, verdict }) => [
        name,
        formatDifference(monitor, difference),
        interval,
        verdict,
      ]),
    ],
    [false, true, true, false],
  );
  const named = known.slice(0, 5).map(({ name, note }) => `${name} ${note}`);
  return chart(
    spec,
    `Forest plot of ${counted(known.length, 'difference')} of ${measure.title}${named.length > 0 ? `: ${named.join(', ')}` : ''}.`,
    `${title}, ${compared}\n${lines}`,
  );
}

/** One row, as it is drawn and written. */
function toDifference(row: object, monitor: Monitor) {
  if (!('difference' in row)) {
    throw new UserError(
      "forestPlot: a row has no 'difference': give rows of a table of studies.compareBy, or of the table of a study",
    );
  }
  const columns = row as Record<string, unknown>;
  const number = (column: string) => {
    const value = columns[column];
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  };
  const difference = number('difference');
  const [low, high] = [number('difference low'), number('difference high')];
  const limits = low !== null && high !== null ? { low, high } : undefined;
  const interval = limits
    ? `${formatDifference(monitor, limits.low)} to ${formatDifference(monitor, limits.high)}`
    : '';
  return {
    name: nameOf(columns),
    difference,
    limits,
    interval,
    note: `${formatDifference(monitor, difference)}${limits ? ` (${interval})` : ''}`,
    /** 1: the whole interval is above zero, -1: below, 0: neither */
    sign: limits && limits.low > 0 ? 1 : limits && limits.high < 0 ? -1 : 0,
    verdict: typeof columns.verdict === 'string' ? printableLine(columns.verdict) : '',
  };
}

/** The values of the columns before the measures: text as it is, other values with the name of their column. */
function nameOf(row: Record<string, unknown>): string {
  const columns = Object.keys(row);
  const end = columns.findIndex((column) => statistics.includes(column));
  const words = columns
    .slice(0, end)
    .map((column) => (typeof row[column] === 'string' ? row[column] : `${column} ${row[column]}`));
  return printableLine(words.join(', ')) || 'the only configuration';
}
