import { printableLine } from '../core/escape/printable';
import { alignColumns, formatShare } from '../core/text';
import type { Label } from './axes';
import type { StudyRow } from './table';

/** A configuration in a few words: its values; numbers with the axis they are of. */
export function nameOf(axes: Record<string, Label>): string {
  const words = Object.entries(axes).map(([axis, label]) => (typeof label === 'string' ? label : `${axis} ${label}`));
  return printableLine(words.join(', ')) || 'the only configuration';
}

/** The rows that have runs, the most accurate first. */
export function ranked(rows: readonly StudyRow[]): StudyRow[] {
  return rows.filter(({ accuracy }) => accuracy !== null).sort((a, b) => b.accuracy!.mean - a.accuracy!.mean);
}

/**
 * The rows in words for people, one list of cells each, the header first: accuracy with its interval, the difference from the
 * baseline with its interval, verdict and time.
 */
export function leaderboardCells(rows: readonly StudyRow[]): string[][] {
  const header = ['configuration', 'n', 'accuracy', '95% interval', 'difference', '95% interval', 'verdict', 'seconds'];
  const points = (value: number | null | undefined) =>
    value === null || value === undefined ? '' : `${value > 0 ? '+' : ''}${(100 * value).toFixed(1)}`;
  const interval = (ends: { low: number | null; high: number | null } | null, format: (value: number) => string) =>
    ends?.low === null || ends?.high === null || !ends ? '' : `${format(ends.low)} to ${format(ends.high)}`;
  const cells = rows.map(({ axes, n, accuracy, difference, seconds, failed, pruned }) => {
    const notes = [failed > 0 && `${failed} failed`, pruned > 0 && `${pruned} given up`].filter(Boolean);
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

/** {@link leaderboardCells} as lines of text. Differences are in percentage points. */
export function leaderboardText(rows: readonly StudyRow[]): string {
  const right = [false, true, true, true, true, true, false, true];
  return alignColumns(leaderboardCells(rows), right);
}

/** Why the columns of {@link leaderboardCells} may seem to disagree. */
export const verdictWords =
  "Each 95% interval is of one difference alone; a verdict allows for all comparisons of the table at once (Holm's correction, at 2% in place of 5%) and asks the bootstrap, too: so it may say 'cannot tell' beside an interval that leaves out 0.";

/** {@link verdictWords} for under a table in which that happens; nothing for any other. */
export function verdictNote(rows: readonly StudyRow[]): string[] {
  const happens = rows.some(
    ({ difference }) =>
      difference?.verdict.startsWith('cannot tell') && (Number(difference.low) > 0 || Number(difference.high) < 0),
  );
  return happens ? [verdictWords] : [];
}
