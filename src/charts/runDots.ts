import { withDefaults } from '../core/options';
import { alignColumns, counted, formatShare } from '../core/text';
import { rowName, type StudyChartRow, variedAxes } from './studyRow';
import { type Chart, chart, colors } from './theme';

/** What the chart needs of a run: where it stands on the axes, and how accurate it was. */
export interface RunDot {
  axes: StudyChartRow['axes'];
  seed: number;
  /** a fraction of 1; null for a run that failed, which is left out */
  accuracy: number | null;
}

/** Options of {@link runDotsChart}. */
export interface RunDotsOptions {
  /** `Accuracy of every run` unless told */
  title?: string;
}

/** With more configurations than this the best are drawn: the text beside the chart has all. */
const MOST_DRAWN = 200;

/**
 * The accuracy of every run as a dot, a line a configuration, the highest mean first. How far the dots of a line lie apart is
 * what the seed alone does; a difference between two lines that is smaller than that is no finding.
 *
 * @param runs of a study, such as its records
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
      subtitle: `a dot a run; the upright line is the mean${groups.length > MOST_DRAWN ? `; the ${MOST_DRAWN} best of ${groups.length}, the text has all` : ''}`,
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
  const best = groups[0] ? `; the highest mean, ${formatShare(groups[0].mean)}, has ${groups[0].name}` : '';
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
