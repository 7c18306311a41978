import { withDefaults } from '../core/options';
import { alignColumns, counted, formatShare } from '../core/text';
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
}

/** Options of {@link runDotsChart}. */
export interface RunDotsOptions {
  /** Title. Default: `'Accuracy of every run'` */
  title?: string;
}

/** With more configurations than this the most accurate are drawn; the chart's text lists all. */
const MOST_DRAWN = 200;

/**
 * The accuracy of every run of a study as a dot, one row per configuration, the highest mean first. The spread within a row is
 * due to the seed; a difference between two rows that is smaller than this spread may be chance.
 *
 * @param runs the runs of a study, such as the `records` of its result
 * @throws {UserError} on an unknown option
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
  const { title } = withDefaults<Required<RunDotsOptions>>('runDotsChart', options, { title: 'Accuracy of every run' });
  const measured = runs.filter((run): run is RunDot & { accuracy: number } => Number.isFinite(run.accuracy));
  const varied = variedAxes(measured);
  const groups = groupsOf(measured, varied);
  const drawn = groups.slice(0, MOST_DRAWN);
  const heading = `${counted(measured.length, 'run')} of ${counted(groups.length, 'configuration')}`;
  const x = {
    type: 'quantitative',
    scale: { zero: false, padding: 12, ...(measured.length === 0 && { domain: [0, 1] }) },
    axis: { title: 'accuracy', format: '~%', tickCount: 6 },
  };
  const y = {
    field: 'name',
    type: 'nominal',
    sort: null,
    axis: { title: null, grid: true, ticks: false, domain: false, labelPadding: 8, labelLimit: 260 },
  };
  const mean = { field: 'mean', title: 'mean', type: 'quantitative', format: '.1%' };
  const spec = {
    title: {
      text: `${title}: ${heading}`,
      subtitle: `one dot per run; the vertical line is the mean${groups.length > MOST_DRAWN ? `; the ${MOST_DRAWN} most accurate of ${groups.length}, the text lists all` : ''}`,
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
          values: drawn.flatMap(({ name, runs }) => runs.map(({ seed, accuracy }) => ({ name, seed, accuracy }))),
        },
        mark: { type: 'point', filled: true, size: 55, opacity: 0.55, color: colors.blue },
        encoding: {
          x: { field: 'accuracy', ...x },
          tooltip: [
            { field: 'name', title: 'configuration' },
            { field: 'seed', type: 'quantitative' },
            { field: 'accuracy', type: 'quantitative', format: '.1%' },
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
        formatShare(mean),
        runs.map(({ accuracy }) => formatShare(accuracy)).join(' '),
      ]),
    ],
    [false, true, false],
  );
  const best = groups[0] ? `; highest mean ${formatShare(groups[0].mean)} for ${groups[0].name}` : '';
  return chart(spec, `Dot plot of the accuracy of ${heading}${best}.`, `${title}: ${heading}\n${lines}`);
}

function groupsOf(measured: readonly (RunDot & { accuracy: number })[], varied: readonly string[]) {
  const byName = new Map<string, (typeof measured)[number][]>();
  for (const run of measured) {
    const name = rowName(run, varied) || 'the only configuration';
    byName.set(name, [...(byName.get(name) ?? []), run]);
  }
  return [...byName]
    .map(([name, runs]) => ({
      ...{ name, runs: runs.toSorted((a, b) => b.accuracy - a.accuracy) },
      mean: runs.reduce((sum, { accuracy }) => sum + accuracy, 0) / runs.length,
    }))
    .sort((a, b) => b.mean - a.mean);
}
