import { shown, UserError } from '../core/errors';
import { withDefaults } from '../core/options';
import { alignColumns, capital, counted } from '../core/text';
import { byMeasure, formatMeasure, type Monitor, measures, monitors } from '../metrics/measures';
import { rowName, type StudyChartRow, variedAxes } from './studyRow';
import { type Chart, chart, colors } from './theme';

/** A run of a study, as {@link runDotsChart} shows it. */
export interface RunDot {
  /** Its value on each axis of the study. */
  axes: StudyChartRow['axes'];
  /** Its random seed. */
  seed: number;
  /** Validation accuracy, from 0 to 1; null for a failed run, which is left out. */
  accuracy: number | null;
  /** Other measures of the validation pictures, one of which the option `monitor` may name. Default: none */
  loss?: number | null;
  /** Mean F1 score of the classes. */
  macroF1?: number | null;
  /** Mean area under the ROC curves of the classes. */
  auc?: number | null;
}

/** Options of {@link runDotsChart}. */
export interface RunDotsOptions {
  /** What is drawn: 'loss', 'accuracy', 'macroF1' or 'auc', such as the `monitor` of a study. Default: 'accuracy' */
  monitor?: Monitor;
  /** Title. Default: `'Accuracy of every run'`, or what else `monitor` says */
  title?: string;
}

/** With more configurations than this the most accurate are drawn; the chart's text lists all. */
const MOST_DRAWN = 200;

/**
 * The accuracy of every run of a study as a dot, one row per configuration, the best mean first. The spread within a row is
 * due to the seed; a difference between two rows that is smaller than this spread may be chance.
 *
 * @param runs the runs of a study, such as the `records` of its result
 * @throws {UserError} on an unknown option or measure
 *
 * @example
 * ```ts
 * import { charts } from 'tunebook';
 *
 * const runs = [0.8, 0.75].map((accuracy, seed) => ({ axes: { augment: 'light' }, seed, accuracy }));
 * charts.runDotsChart(runs).description; // => 'Dot plot of the accuracy of 2 runs of 1 configuration; highest mean 77.5% for the only configuration.'
 * ```
 */
export function runDotsChart(runs: readonly RunDot[], options: RunDotsOptions = {}): Chart {
  const given = withDefaults<{ monitor: Monitor; title?: string }>('runDotsChart', options, {
    monitor: 'accuracy',
    title: undefined,
  });
  const { monitor } = given;
  if (!monitors.includes(monitor)) {
    throw new UserError(
      `runDotsChart: unknown measure to monitor ${shown(monitor)}; the measures are ${monitors.join(', ')}`,
    );
  }
  const measure = measures[monitor];
  const title = given.title ?? `${capital(measure.title)} of every run`;
  const measured = runs.flatMap(({ axes, seed, [monitor]: value }) =>
    typeof value === 'number' && Number.isFinite(value) ? [{ axes, seed, value }] : [],
  );
  const varied = variedAxes(measured);
  const groups = groupsOf(measured, varied, monitor);
  const drawn = groups.slice(0, MOST_DRAWN);
  const heading = `${counted(measured.length, 'run')} of ${counted(groups.length, 'configuration')}`;
  const x = {
    type: 'quantitative',
    scale: { zero: false, padding: 12, ...(measured.length === 0 && { domain: [0, 1] }) },
    axis: { title: measure.title, format: measure.percent ? '~%' : '~r', tickCount: 6 },
  };
  const y = {
    field: 'name',
    type: 'nominal',
    sort: null,
    axis: { title: null, grid: true, ticks: false, domain: false, labelPadding: 8, labelLimit: 260 },
  };
  const format = measure.percent ? '.1%' : '.3f';
  const mean = { field: 'mean', title: 'mean', type: 'quantitative', format };
  const spec = {
    title: {
      text: `${title}: ${heading}`,
      subtitle: `one dot per run; the vertical line is the mean${groups.length > MOST_DRAWN ? `; the ${MOST_DRAWN} ${monitor === 'accuracy' ? 'most accurate' : 'best'} of ${groups.length}, the text lists all` : ''}`,
    },
    width: 420,
    height: { step: Math.max(12, Math.min(26, Math.floor(900 / Math.max(1, drawn.length)))) },
    encoding: { y },
    layer: [
      {
        data: { values: drawn.map(({ name, mean }) => ({ name, mean })) },
        mark: { type: 'tick', color: colors.vermilion, thickness: 2, size: 18 },
        encoding: { x: { field: 'mean', ...x }, tooltip: [{ field: 'name', title: 'configuration' }, mean] },
      },
      {
        data: {
          values: drawn.flatMap(({ name, runs }) => runs.map(({ seed, value }) => ({ name, seed, [monitor]: value }))),
        },
        mark: { type: 'point', filled: true, size: 55, opacity: 0.55, color: colors.blue },
        encoding: {
          x: { field: monitor, ...x },
          tooltip: [
            { field: 'name', title: 'configuration' },
            { field: 'seed', type: 'quantitative' },
            { field: monitor, type: 'quantitative', format },
          ],
        },
      },
    ],
  };
  const lines = alignColumns(
    [
      ['configuration', 'mean', 'runs'],
      ...groups.map(({ name, mean, runs }) => [
        name,
        formatMeasure(monitor, mean),
        runs.map(({ value }) => formatMeasure(monitor, value)).join(' '),
      ]),
    ],
    [false, true, false],
  );
  const best = groups[0]
    ? `; ${measure.lowerIsBetter ? 'lowest' : 'highest'} mean ${formatMeasure(monitor, groups[0].mean)} for ${groups[0].name}`
    : '';
  return chart(spec, `Dot plot of the ${measure.title} of ${heading}${best}.`, `${title}: ${heading}\n${lines}`);
}

interface Dot {
  axes: StudyChartRow['axes'];
  seed: number;
  value: number;
}

function groupsOf(measured: readonly Dot[], varied: readonly string[], monitor: Monitor) {
  const byName = new Map<string, Dot[]>();
  for (const run of measured) {
    const name = rowName(run, varied) || 'the only configuration';
    byName.set(name, [...(byName.get(name) ?? []), run]);
  }
  return [...byName]
    .map(([name, runs]) => ({
      ...{ name, runs: runs.toSorted((a, b) => byMeasure(monitor, a.value, b.value)) },
      mean: runs.reduce((sum, { value }) => sum + value, 0) / runs.length,
    }))
    .sort((a, b) => byMeasure(monitor, a.mean, b.mean));
}
