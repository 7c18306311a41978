import { printableLine } from '../core/escape/printable';
import { alignColumns, formatShare } from '../core/text';
import { byMeasure, formatDifference, formatMeasure, measures } from '../metrics/measures';
import type { Label } from './axisValue';
import { meanOf } from './statistics';
import type { StudyRow } from './table';

/** A short name of a configuration: its values, numbers together with the name of their axis. */
export function nameOf(axes: Record<string, Label>): string {
  const words = Object.entries(axes).map(([axis, label]) => (typeof label === 'string' ? label : `${axis} ${label}`));
  return printableLine(words.join(', ')) || 'the only configuration';
}

/** The rows with finished runs, the best by the measure of the study first. */
export function ranked(rows: readonly StudyRow[]): StudyRow[] {
  return rows.filter(({ score }) => score !== null).sort((a, b) => byMeasure(a.monitor, a.score!.mean, b.score!.mean));
}

/**
 * The rows as text, a list of cells each, the header first: the measure of the study with its interval, the difference from the baseline with
 * its interval, verdict and time.
 */
export function leaderboardCells(rows: readonly StudyRow[]): string[][] {
  const monitor = rows[0]?.monitor ?? 'accuracy';
  const header = ['configuration', 'n', measures[monitor].title, '95% interval', 'difference', '95% interval'];
  const value = (number: number | null | undefined) => formatMeasure(monitor, number);
  const points = (number: number | null | undefined) => formatDifference(monitor, number);
  const interval = (limits: { low: number | null; high: number | null } | null, format: (value: number) => string) =>
    limits?.low === null || limits?.high === null || !limits ? '' : `${format(limits.low)} to ${format(limits.high)}`;
  const cells = rows.map(({ axes, n, score, difference, seconds, failed, pruned }) => {
    const notes = [failed > 0 && `${failed} failed`, pruned > 0 && `${pruned} pruned`].filter(Boolean);
    return [
      nameOf(axes),
      [n, ...notes].join(', '),
      value(score?.mean),
      interval(score, value),
      points(difference?.mean),
      interval(difference, points),
      difference?.verdict ?? 'baseline',
      seconds === null ? '' : seconds.toFixed(1),
    ];
  });
  return [[...header, 'verdict', 'seconds'], ...cells];
}

/**
 * Write the rows of a study as a table in plain text: the measure that the study goes by with its 95% interval, the difference from
 * the baseline with its 95% interval (of accuracy and macro F1 in percentage points), verdict and time; below it the accuracy of
 * always predicting the most frequent class.
 *
 * @param rows the `rows` that `study` or `studies.loadStudy` returned
 *
 * @example
 * ```ts
 * import { studies } from 'tunebook';
 * const text = studies.leaderboardText(studies.loadStudy('study').rows);
 * text.split('\n').length; // => 4
 * ```
 */
export function leaderboardText(rows: readonly StudyRow[]): string {
  const right = [false, true, true, true, true, true, false, true];
  return [alignColumns(leaderboardCells(rows), right), ...mostFrequentLine(rows)].join('\n');
}

/** What every accuracy must exceed, where that was recorded; nothing where it was not. */
export function mostFrequentLine(rows: readonly StudyRow[]): string[] {
  const known = rows.flatMap(({ mostFrequent }) => mostFrequent ?? []);
  if (known.length === 0) return [];
  const monitor = rows[0]!.monitor;
  const accuracies =
    monitor === 'accuracy' ? '' : `; accuracy of the best: ${formatShare(ranked(rows)[0]?.accuracy?.mean)}`;
  return [`always the most frequent class: accuracy ${formatShare(meanOf(known))}${accuracies}`];
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
