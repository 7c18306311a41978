import { shown, UserError } from '../core/errors';
import { withDefaults } from '../core/options';
import { alignColumns, counted, formatShare } from '../core/text';
import { meanOf } from '../metrics/mean';
import { endLabels } from './endLabels';
import { rowName, type StudyChartRow, variedAxes } from './studyRow';
import { type Chart, chart, hues } from './theme';

/** A training with some number of pictures, as {@link learningCurveChart} shows it. */
export interface LearningCurveRun {
  /** What is compared: runs with the same values are one line. */
  axes: StudyChartRow['axes'];
  /** Number of training pictures of each class, greater than 0. */
  pictures: number;
  /** Its random seed. */
  seed: number;
  /** Accuracy on pictures that were not trained on, from 0 to 1; null for a failed run, which is left out. */
  accuracy: number | null;
}

/** Options of {@link learningCurveChart}. */
export interface LearningCurveChartOptions {
  /** Title. Default: `'Accuracy by number of pictures'` */
  title?: string;
}

const [width, height] = [380, 240];

/**
 * Accuracy against the number of training pictures of each class: a line for each training through the means over the seeds, and a dot
 * for each run. Where two lines cross, another training becomes the better one. The horizontal axis is logarithmic, as each further
 * picture is worth less than the one before (Hestness et al. 2017).
 *
 * @param runs of one to seven trainings, as the palette has seven colours
 * @throws {UserError} when there are more than seven trainings, a number of pictures is not greater than 0, or on an unknown option
 *
 * @example
 * ```ts
 * import { charts } from 'tunebook';
 *
 * const run = (training: string, pictures: number, accuracy: number) => ({ axes: { training }, pictures, seed: 1, accuracy });
 * const runs = [run('frozen', 5, 0.4), run('frozen', 40, 0.55), run('tuned', 5, 0.35), run('tuned', 40, 0.65)];
 * charts.learningCurveChart(runs).description; // => 'Learning curves of 2 trainings: with 5 pictures of each class frozen is most accurate, 40.0%; with 40 tuned, 65.0%.'
 * ```
 */
export function learningCurveChart(runs: readonly LearningCurveRun[], options: LearningCurveChartOptions = {}): Chart {
  const { title } = withDefaults('learningCurveChart', options, { title: 'Accuracy by number of pictures' });
  for (const { pictures } of runs) {
    if (!(Number.isFinite(pictures) && pictures > 0)) {
      throw new UserError(`learningCurveChart: pictures must be a number greater than 0, got ${shown(pictures)}`);
    }
  }
  const varied = variedAxes(runs);
  const measured = runs.flatMap((run) =>
    Number.isFinite(run.accuracy) ? [{ ...run, accuracy: run.accuracy!, name: rowName(run, varied) || 'all' }] : [],
  );
  const names = [...new Set(measured.map(({ name }) => name))];
  if (names.length > hues.length) {
    throw new UserError(`learningCurveChart: expected at most ${hues.length} trainings, got ${names.length}`);
  }
  const sizes = [...new Set(measured.map(({ pictures }) => pictures))].sort((a, b) => a - b);
  const means = names.flatMap((name) =>
    sizes.flatMap((pictures) => {
      const own = measured.filter((run) => run.name === name && run.pictures === pictures);
      return own.length > 0 ? [{ name, pictures, accuracy: meanOf(own.map(({ accuracy }) => accuracy)) }] : [];
    }),
  );
  const values = measured.map(({ name, pictures, seed, accuracy }) => ({ name, pictures, seed, accuracy }));
  const spec = specOf(title, names, sizes, values, means);
  const meanAt = (name: string, size: number) =>
    means.find((mean) => mean.name === name && mean.pictures === size)?.accuracy;
  const table = alignColumns(
    [
      ['pictures of each class', ...names],
      ...sizes.map((size) => [String(size), ...names.map((name) => formatShare(meanAt(name, size)))]),
    ],
    [true, ...names.map(() => true)],
  );
  const best = sizes.map((size, i) => {
    const top = means.filter(({ pictures }) => pictures === size).reduce((a, b) => (b.accuracy > a.accuracy ? b : a));
    const [of, is] = i === 0 ? [' pictures of each class', ' is most accurate'] : ['', ''];
    return `with ${size}${of} ${top.name}${is}, ${formatShare(top.accuracy)}`;
  });
  const summary = best.length > 0 ? best.join('; ') : 'no runs';
  return chart(spec, `Learning curves of ${counted(names.length, 'training')}: ${summary}.`, `${title}\n${table}`);
}

interface Point {
  name: string;
  pictures: number;
  accuracy: number;
}

function specOf(
  title: string,
  names: readonly string[],
  sizes: readonly number[],
  values: readonly Point[],
  means: readonly Point[],
): object {
  const all = values.map(({ accuracy }) => accuracy);
  const domain = [Math.floor(10 * Math.min(0.9, ...all)) / 10, Math.ceil(10 * Math.max(0.1, ...all)) / 10];
  const x = {
    field: 'pictures',
    type: 'quantitative',
    scale: { type: 'log', nice: false, padding: 12, ...(sizes.length === 0 && { domain: [1, 10] }) },
    axis: { title: 'training pictures of each class', values: sizes, format: '~r', grid: false, labelFlush: false },
  };
  const y = {
    field: 'accuracy',
    type: 'quantitative',
    scale: { domain, nice: false, zero: false },
    axis: { title: 'accuracy', tickCount: 6, format: '.0%' },
  };
  const color = { field: 'name', type: 'nominal', scale: { domain: names, range: hues }, legend: null, sort: null };
  const shapes = ['circle', 'square', 'triangle-up', 'diamond', 'cross', 'triangle-down', 'stroke'];
  const shape = { field: 'name', type: 'nominal', scale: { domain: names, range: shapes }, legend: null, sort: null };
  const what = [
    { field: 'name', type: 'nominal', title: 'training' },
    { field: 'pictures', type: 'quantitative', title: 'pictures of each class' },
  ];
  const accuracy = { field: 'accuracy', type: 'quantitative', format: '.1%' };
  const ends = names.map((name) => {
    const value = means.findLast((mean) => mean.name === name)!.accuracy;
    return { text: `${name} ${formatShare(value)}`, value };
  });
  return {
    title: { text: title, subtitle: 'one mark per run, the lines join the means; the horizontal axis is logarithmic' },
    width,
    height,
    layer: [
      {
        data: { values: means },
        mark: { type: 'line', strokeWidth: 2.25, point: false },
        encoding: { x, y, color, tooltip: [...what, { ...accuracy, title: 'mean' }] },
      },
      {
        data: { values },
        mark: { type: 'point', filled: true, size: 50, opacity: 0.6 },
        encoding: {
          ...{ x, y, color, shape },
          tooltip: [...what, { field: 'seed', type: 'quantitative' }, { ...accuracy, title: 'accuracy' }],
        },
      },
      ...endLabels(ends, domain as [number, number], { width, height }),
    ],
  };
}
