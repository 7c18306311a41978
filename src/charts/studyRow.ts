import { printableLine } from '../core/escape/printable';
import type { Monitor } from '../metrics/measures';

/** A configuration of a study, as the charts of studies show it. */
export interface StudyChartRow {
  /** Its value on each axis of the study. */
  axes: Record<string, string | number | boolean | null>;
  /**
   * Mean accuracy over its seeds, from 0 to 1, with the limits of its confidence interval (null with a single
   * run); null without finished runs.
   */
  accuracy: { mean: number; low: number | null; high: number | null } | null;
  /** What the study goes by, which `score` is the mean of. Default: 'accuracy' */
  monitor?: Monitor;
  /** Mean of what the study goes by, with its limits, as `accuracy`. Default: `accuracy` */
  score?: StudyChartRow['accuracy'];
  /** Mean wall-clock seconds per run; null without finished runs. */
  seconds: number | null;
}

/** A row with finished runs. */
export type MeasuredRow = StudyChartRow & { score: NonNullable<StudyChartRow['accuracy']>; seconds: number };

export function measuredRows<T extends StudyChartRow>(rows: readonly T[]): (T & MeasuredRow)[] {
  return rows
    .map((row) => ({ ...row, score: row.score === undefined ? row.accuracy : row.score }))
    .filter((row): row is typeof row & MeasuredRow => row.score !== null && row.seconds !== null);
}

/** What the study of these rows goes by. */
export const monitorOfRows = (rows: readonly Pick<StudyChartRow, 'monitor'>[]): Monitor =>
  rows[0]?.monitor ?? 'accuracy';

/** The names of the axes on which rows differ. */
export function variedAxes(rows: readonly Pick<StudyChartRow, 'axes'>[]): string[] {
  const names = [...new Set(rows.flatMap(({ axes }) => Object.keys(axes)))];
  return names.filter(
    (axis) => new Set(rows.map(({ axes }) => (Object.hasOwn(axes, axis) ? axes[axis] : undefined))).size > 1,
  );
}

/** The name of a configuration: its values on the given axes. */
export function rowName({ axes }: Pick<StudyChartRow, 'axes'>, varied: readonly string[]): string {
  const labelOn = (axis: string) => (Object.hasOwn(axes, axis) ? axes[axis] : null);
  const words = varied.map((axis) => (typeof labelOn(axis) === 'string' ? labelOn(axis) : `${axis} ${labelOn(axis)}`));
  return printableLine(words.join(', '));
}
