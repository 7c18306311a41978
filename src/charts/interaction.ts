import { UserError } from '../core/errors';
import { printableLine } from '../core/escape/printable';
import { withDefaults } from '../core/options';
import { alignColumns, capital } from '../core/text';
import { formatMeasure, measures } from '../metrics/measures';
import { mix, textColorOn } from './color';
import { measuredRows, monitorOfRows, type StudyChartRow } from './studyRow';
import { type Chart, chart, colors } from './theme';

/** Options of {@link interactionChart}. */
export interface InteractionOptions {
  /** Title. Default: `'Accuracy by X and Y'`, or what else the study goes by, with the names of the axes */
  title?: string;
}

/**
 * The interaction of two axes of a study as a heat map: each cell is the mean accuracy (or what else the study goes by) for a pair of
 * values, over seeds and all other axes. Without an interaction the differences between columns are the same in every row.
 *
 * @param rows the configurations of a study, whose order is that of the columns and rows; the cell of one without finished runs is empty
 * @param x name of the axis whose values are the columns
 * @param y name of the axis whose values are the rows
 * @throws {UserError} when a row lacks one of the axes, or on an unknown option
 *
 * @example
 * ```ts
 * import { charts } from 'tunebook';
 *
 * const row = (dropout: number, augment: string, mean: number) =>
 *   ({ axes: { dropout, augment }, accuracy: { mean, low: null, high: null }, seconds: 10 });
 * const rows = [row(0, 'none', 0.7), row(0.5, 'none', 0.8), row(0, 'light', 0.75), row(0.5, 'light', 0.8)];
 * charts.interactionChart(rows, 'dropout', 'augment').description; // => 'Heat map of accuracy by dropout and augment, best 80.0% with dropout 0.5 and augment none.'
 * ```
 */
export function interactionChart(
  rows: readonly StudyChartRow[],
  x: string,
  y: string,
  options: InteractionOptions = {},
): Chart {
  const monitor = monitorOfRows(rows);
  const measure = measures[monitor];
  const { title } = withDefaults<Required<InteractionOptions>>('interactionChart', options, {
    title: `${capital(measure.title)} by ${printableLine(x)} and ${printableLine(y)}`,
  });
  const measured = measuredRows(rows);
  for (const axis of [x, y]) {
    const lacking = rows.find(({ axes }) => !Object.hasOwn(axes, axis));
    if (lacking) {
      throw new UserError(`interactionChart: no axis '${axis}'; the axes are ${Object.keys(lacking.axes).join(', ')}`);
    }
  }
  const valuesOf = (axis: string) => {
    const known = new Set(measured.map(({ axes }) => String(axes[axis])));
    return [...new Set(rows.map(({ axes }) => String(axes[axis])))].filter((value) => known.has(value));
  };
  const [across, down] = [valuesOf(x), valuesOf(y)];
  const means = down.flatMap((row) =>
    across.flatMap((column) => {
      const cell = measured.filter(({ axes }) => String(axes[x]) === column && String(axes[y]) === row);
      const sum = cell.reduce((total, { score }) => total + score.mean, 0);
      return cell.length > 0 ? [{ x: column, y: row, mean: sum / cell.length }] : [];
    }),
  );
  // limits are null where there is a single run
  const single = means.length === measured.length && measured.every(({ score }) => score.low === null);
  const lowest = Math.min(...means.map(({ mean }) => mean));
  const highest = Math.max(...means.map(({ mean }) => mean));
  const cells = means.map((cell) => {
    const share = highest > lowest ? (cell.mean - lowest) / (highest - lowest) : 0.5;
    const fill = mix('#e3f0f8', '#00517f', measure.lowerIsBetter ? 1 - share : share);
    return { ...cell, fill, ink: textColorOn(fill), label: formatMeasure(monitor, cell.mean) };
  });
  const place = (field: string, domain: readonly string[]) => ({
    field,
    type: 'nominal',
    sort: null,
    scale: { domain },
  });
  const line = { domain: false, ticks: false };
  const spec = {
    title: {
      text: title,
      subtitle: `${single ? '' : 'mean over seeds and all other axes; '}darker is ${monitor === 'accuracy' ? 'more accurate' : 'better'}`,
    },
    data: { values: cells },
    width: { step: 84 },
    height: { step: 44 },
    encoding: {
      x: { ...place('x', across), axis: { ...line, labelAngle: 0, title: x } },
      y: { ...place('y', down), axis: { ...line, labelLimit: 260, labelPadding: 8, titlePadding: 8, title: y } },
    },
    layer: [
      {
        mark: { type: 'rect', stroke: colors.card, strokeWidth: 2 },
        encoding: { fill: { field: 'fill', type: 'nominal', scale: null } },
      },
      {
        mark: { type: 'text' },
        encoding: { text: { field: 'label' }, color: { field: 'ink', type: 'nominal', scale: null } },
      },
    ],
  };
  const table = alignColumns(
    [
      [`${y} \\ ${x}`, ...across],
      ...down.map((row) => [
        row,
        ...across.map((column) => cells.find((cell) => cell.x === column && cell.y === row)?.label ?? ''),
      ]),
    ],
    [false, ...across.map(() => true)],
  );
  const best = cells.find(({ mean }) => mean === (measure.lowerIsBetter ? lowest : highest));
  const summary = best ? printableLine(`best ${best.label} with ${x} ${best.x} and ${y} ${best.y}`) : 'no runs';
  return chart(spec, `Heat map of ${measure.title} by ${x} and ${y}, ${summary}.`, `${title}: ${summary}\n${table}`);
}
