import { printableLine } from '../core/escape/printable';
import { alignColumns, formatShare } from '../core/text';
import type { Label } from './axes';
import type { StudyRow } from './table';

/** A short name of a configuration: its values, numbers together with the name of their axis. */
export function nameOf(axes: Record<string, Label>): string {
  const words = Object.entries(axes).map(([axis, label]) => (typeof label === 'string' ? label : `${axis} ${label}`));
  return printableLine(words.join(', ')) || 'the only configuration';
}

/** The rows with finished runs, the most accurate first. */
export function ranked(rows: readonly StudyRow[]): StudyRow[] {
  return rows.filter(({ accuracy }) => accuracy !== null).sort((a, b) => b.accuracy!.mean - a.accuracy!.mean);
}

/**
 * The rows as text, a list of cells each, the header first: accuracy with its interval, the difference from the baseline with
 * its interval, verdict and time.
 */
export function leaderboardCells(rows: readonly StudyRow[]): string[][] {
  const header = ['configuration', 'n', 'accuracy', '95% interval', 'difference', '95% interval', 'verdict', 'seconds'];
  const points = (value: number | null | undefined) =>
    value === null || value === undefined ? '' : `${value > 0 ? '+' : ''}${(100 * value).toFixed(1)}`;
  const interval = (limits: { low: number | null; high: number | null } | null, format: (value: number) => string) =>
    limits?.low === null || limits?.high === null || !limits ? '' : `${format(limits.low)} to ${format(limits.high)}`;
  const cells = rows.map(({ axes, n, accuracy, difference, seconds, failed, pruned }) => {
    const notes = [failed > 0 && `${failed} failed`, pruned > 0 && `${pruned} pruned`].filter(Boolean);
    return [
      nameOf(axes),
      [n, ...notes].join(', '),
      formatShare(accuracy?.mean),
      interval(accuracy, formatShare),
      points(difference?.mean),
      interval(difference, points),
      difference?.verdict ?? 'baseline',
      seconds === null ? '' : seconds.toFixed(1),
    ];
  });
  return [header, ...cells];
}

/**
 * Write the rows of a study as a table in plain text: accuracy with its 95% interval, the difference from the baseline in
 * percentage points with its 95% interval, verdict and time.
 *
 * @param rows the `rows` that `study` or `studies.loadStudy` returned
 *
 * @example
 * ```ts
 * import { studies } from 'tunebook';
 * const text = studies.leaderboardText(studies.loadStudy('study').rows);
 * text.split('\n').length; // => 3
 * ```
 */
export function leaderboardText(rows: readonly StudyRow[]): string {
  const right = [false, true, true, true, true, true, false, true];
  return alignColumns(leaderboardCells(rows), right);
}

/** Why the columns of {@link leaderboardCells} may seem to contradict each other. */
export const verdictExplanation =
  "Each 95% interval is that of a single difference. The verdict corrects for all comparisons in the table (Holm's correction, at 2% instead of 5%) and also requires that the bootstrap interval excludes 0. So it may be 'cannot tell' beside an interval that excludes 0.";

/** {@link verdictExplanation} to print below a table in which that happens; nothing for any other. */
export function verdictExplanations(rows: readonly StudyRow[]): string[] {
  const happens = rows.some(
    ({ difference }) =>
      difference?.verdict.startsWith('cannot tell') && (Number(difference.low) > 0 || Number(difference.high) < 0),
  );
  return happens ? [verdictExplanation] : [];
}
