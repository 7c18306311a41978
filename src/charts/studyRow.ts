import { printableLine } from '../core/escape/printable';

/** A configuration of a study, as the charts of studies show it. */
export interface StudyChartRow {
  /** Its value on each axis of the study. */
  axes: Record<string, string | number | boolean | null>;
  /**
   * Mean accuracy over its seeds, from 0 to 1, with the limits of its confidence interval (null with a single
   * run); null without finished runs.
   */
  accuracy: { mean: number; low: number | null; high: number | null } | null;
  /** Mean wall-clock seconds per run; null without finished runs. */
  seconds: number | null;
}

/** A row with finished runs. */
export type MeasuredRow = StudyChartRow & { accuracy: NonNullable<StudyChartRow['accuracy']>; seconds: number };

export function measuredRows<T extends StudyChartRow>(rows: readonly T[]): (T & MeasuredRow)[] {
  return rows.filter((row): row is T & MeasuredRow => row.accuracy !== null && row.seconds !== null);
}

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
