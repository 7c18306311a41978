import { printableLine } from '../core/escape/printable';
import { stopRequested } from '../core/stop';
import { formatShare } from '../core/text';
import { formatMeasure, type Monitor, measures } from '../metrics/measures';
import { leaderboardText, nameOf, ranked } from '../study/leaderboard';
import type { RunRecord } from '../study/runRecord';
import type { StudyListener, StudyState } from '../study/studyState';
import { formatSeconds } from './meter';
import { type Output, TerminalLine } from './terminalLine';

/** A listener of a study that must be told when the study has ended. */
export interface EndingStudyListener extends Required<Pick<StudyListener, 'onStudy' | 'onMessage' | 'shouldStop'>> {
  /** Complete or clear what is shown. Call it also if the study failed. */
  end(): Promise<void>;
}

/** The most rows of the leaderboard that are shown. */
export const shownRows = 20;

/** Describe the progress of a study in one line. */
export function studyLine({ ended, total, failed, running, secondsLeft }: StudyState): string {
  const parts = [
    `study: ${ended} of ${total} runs`,
    failed > 0 && `${failed} failed`,
    running.length > 0 && `running ${running.slice(0, 2).join(' and ')}${running.length > 2 ? ' and more' : ''}`,
    secondsLeft !== null && ended < total && `about ${formatSeconds(secondsLeft)} left`,
  ];
  return printableLine(parts.filter(Boolean).join(', '));
}

/** Describe the result of a run in one line: what the study goes by, and the accuracy with its interval and what it must exceed. */
export function runLine(record: RunRecord, monitor: Monitor = 'accuracy'): string {
  const { axes, seed, state, accuracy, interval, mostFrequent, error, seconds } = record;
  const beside = [
    interval && `95% interval ${formatShare(interval.low)} to ${formatShare(interval.high)}`,
    typeof mostFrequent === 'number' && `most frequent class ${formatShare(mostFrequent)}`,
  ].filter(Boolean);
  const ofAccuracy = `${formatShare(accuracy)}${beside.length > 0 ? ` (${beside.join(', ')})` : ''}`;
  const score = `${measures[monitor].title} ${formatMeasure(monitor, record[monitor]) || 'unknown'}`;
  const outcome = {
    done: monitor === 'accuracy' ? `accuracy ${ofAccuracy}` : `${score}, accuracy ${ofAccuracy}`,
    pruned: `pruned at ${monitor === 'accuracy' ? formatShare(accuracy) : score}`,
    failed: `failed: ${error}`,
  }[state];
  return printableLine(`${nameOf(axes)}, seed ${seed}: ${outcome}, ${formatSeconds(seconds)}`);
}

/**
 * Make a listener that shows a study on a terminal: a line for each run that ends, the leaderboard after each seed, and below
 * them the progress in a line that is redrawn in place.
 *
 * @param output where to write. Default: standard error, so that results on standard output stay separate
 *
 * @example
 * ```ts
 * import { display, study } from 'tunebook';
 * const listener = display.terminalStudyListener();
 * const settings = { backbone: 'mobilenet-v1-0.25', inputSize: 96, weights: 'random', epochs: 1 } as const;
 * await study({ data: 'photos', settings, axes: { dropout: [0, 0.5] }, seeds: 1, listener });
 * await listener.end();
 * ```
 */
export function terminalStudyListener(output: Output = process.stderr): EndingStudyListener {
  const line = new TerminalLine(output);
  let printed = 0;
  return {
    onStudy(state) {
      if (state.latest) line.print(runLine(state.latest, state.rows[0]?.monitor));
      const rows = ranked(state.rows);
      const perSeed = state.configurations;
      if (
        state.latest &&
        perSeed > 1 &&
        rows.length > 0 &&
        state.ended % perSeed === 0 &&
        state.ended < state.total &&
        state.ended > printed
      ) {
        printed = state.ended;
        line.print(`\n${leaderboardText(rows.slice(0, shownRows))}\n`);
      }
      line.status(studyLine(state));
    },
    onMessage: (text) => line.print(text),
    shouldStop: stopRequested,
    async end() {
      line.clear();
    },
  };
}
