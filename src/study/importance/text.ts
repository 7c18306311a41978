import { alignColumns, formatShare } from '../../core/text';
import { measures } from '../../metrics/measures';
import type { Importance } from './importance';

/** The importance as a list of cells for each row, the header first. */
export function importanceCells({ axes, interactions }: Importance): string[][] {
  const rows = [...axes, { axis: 'several together', ...interactions }];
  return [
    ['axis', 'share of the variance', '95% interval'],
    ...rows.map(({ axis, share, low, high }) => [
      axis,
      formatShare(share),
      `${formatShare(low)} to ${formatShare(high)}`,
    ]),
  ];
}

/** What the table of importance says, and how far it can be trusted. */
export function importanceWords({ monitor, configurations, explained, notes }: Importance): string {
  return [
    `The part of the variance of ${measures[monitor].title} between configurations that each axis explains alone (functional ANOVA of a random forest, from ${configurations} configurations); the trees explain ${formatShare(Math.max(0, explained))} of the variance of configurations they have not seen.`,
    ...notes,
  ].join(' ');
}

/**
 * Write the importance of the axes of a study as a table in plain text, with a line that says what it means and how far it can be trusted.
 *
 * @param importance what `studies.importance` returned
 *
 * @example
 * ```ts
 * import { studies } from 'tunebook';
 * const interval = { share: 0.5, low: 0.3, high: 0.7 };
 * const text = studies.importanceText({
 *   axes: [{ axis: 'dropout', ...interval }],
 *   interactions: interval,
 *   monitor: 'accuracy',
 *   configurations: 40,
 *   explained: 0.8,
 *   notes: [],
 * });
 * text.split('\n')[1]; // => 'dropout                           50.0%  30.0% to 70.0%'
 * ```
 */
export function importanceText(importance: Importance): string {
  return `${alignColumns(importanceCells(importance), [false, true, true])}\n\n${importanceWords(importance)}`;
}
