import { UserError } from '../core/errors';
import { printableLine } from '../core/escape/printable';
import { withDefaults } from '../core/options';
import { alignColumns, formatShare } from '../core/text';
import { inkOn, mix } from './color';
import { measuredRows, type StudyChartRow } from './studyRow';
import { type Chart, chart, colors } from './theme';

/** Options of {@link interactionChart}. */
export interface InteractionOptions {
  /** `Accuracy by x and y` unless told */
  title?: string;
}

/**
 * How two axes of a study act together: a cell for each pair of values with the mean accuracy over all else that was varied.
 * Without an interaction every row has the same steps from column to column.
 *
 * @param rows of a study
 * @param x name of the axis across
 * @param y name of the axis down
 * @throws {UserError} if a row lacks one of the axes
 */
export function interactionChart(
  rows: readonly StudyChartRow[],
  x: string,
  y: string,
  options: InteractionOptions = {},
): Chart {
  const { title } = withDefaults<Required<InteractionOptions>>('interactionChart', options, {
    title: `Accuracy by ${printableLine(x)} and ${printableLine(y)}`,
  });
  const measured = measuredRows(rows);
  for (const axis of [x, y]) {
    const lacking = rows.find(({ axes }) => !Object.hasOwn(axes, axis));
    if (lacking) {
      throw new UserError(`interactionChart: no axis '${axis}'; the axes are ${Object.keys(lacking.axes).join(', ')}`);
    }
  }
  const valuesOf = (axis: string) => [...new Set(measured.map(({ axes }) => String(axes[axis])))];
  const [across, down] = [valuesOf(x), valuesOf(y)];
  const means = down.flatMap((row) =>
    across.flatMap((column) => {
      const cell = measured.filter(({ axes }) => String(axes[x]) === column && String(axes[y]) === row);
      const sum = cell.reduce((total, { accuracy }) => total + accuracy.mean, 0);
      return cell.length > 0 ? [{ x: column, y: row, mean: sum / cell.length }] : [];
    }),
  );
  const lowest = Math.min(...means.map(({ mean }) => mean));
  const highest = Math.max(...means.map(({ mean }) => mean));
  const cells = means.map((cell) => {
    const fill = mix('#e3f0f8', '#00517f', highest > lowest ? (cell.mean - lowest) / (highest - lowest) : 0.5);
    return { ...cell, fill, ink: inkOn(fill), label: formatShare(cell.mean) };
  });
  const place = (field: string, domain: readonly string[]) => ({
    field,
    type: 'nominal',
    sort: null,
    scale: { domain },
  });
  const line = { domain: false, ticks: false };
  const spec = {
    title: { text: title, subtitle: 'mean over seeds and all else that was varied; the darker, the more accurate' },
    data: { values: cells },
    width: { step: 84 },
    height: { step: 44 },
    encoding: {
      x: { ...place('x', across), axis: { ...line, labelAngle: 0, title: x } },
      y: { ...place('y', down), axis: { ...line, labelLimit: 260, title: y } },
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
  const best = cells.find(({ mean }) => mean === highest);
  const summary = best ? printableLine(`best ${best.label} with ${x} ${best.x} and ${y} ${best.y}`) : 'no runs';
  return chart(spec, `Heat map of accuracy by ${x} and ${y}, ${summary}.`, `${title}: ${summary}\n${table}`);
}
