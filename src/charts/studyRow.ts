import { printableLine } from '../core/escape/printable';

/** What the charts of a study need of its rows: a configuration, how accurate it is and what it costs. */
export interface StudyChartRow {
  /** its value on each axis */
  axes: Record<string, string | number | boolean | null>;
  /** mean over seeds with the limits of its interval; null without a run */
  accuracy: { mean: number; low: number | null; high: number | null } | null;
  /** wall-clock seconds of a run */
  seconds: number | null;
}

/** A row that has runs. */
export type MeasuredRow = StudyChartRow & { accuracy: NonNullable<StudyChartRow['accuracy']>; seconds: number };

export function measuredRows<T extends StudyChartRow>(rows: readonly T[]): (T & MeasuredRow)[] {
  return rows.filter((row): row is T & MeasuredRow => row.accuracy !== null && row.seconds !== null);
}

/** The axes on which rows differ. */
export function variedAxes(rows: readonly Pick<StudyChartRow, 'axes'>[]): string[] {
  const names = [...new Set(rows.flatMap(({ axes }) => Object.keys(axes)))];
  return names.filter(
    (axis) => new Set(rows.map(({ axes }) => (Object.hasOwn(axes, axis) ? axes[axis] : undefined))).size > 1,
  );
}

/** A configuration in a few words: what it has on those axes. */
export function rowName({ axes }: Pick<StudyChartRow, 'axes'>, varied: readonly string[]): string {
  const labelOn = (axis: string) => (Object.hasOwn(axes, axis) ? axes[axis] : null);
  const words = varied.map((axis) => (typeof labelOn(axis) === 'string' ? labelOn(axis) : `${axis} ${labelOn(axis)}`));
  return printableLine(words.join(', '));
}
