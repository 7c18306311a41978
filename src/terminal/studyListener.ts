import { printableLine } from '../core/escape/printable';
import { stopRequested } from '../core/stop';
import { formatShare } from '../core/text';
import { leaderboardText, nameOf, ranked } from '../study/leaderboard';
import type { RunRecord } from '../study/runRecord';
import type { StudyListener, StudyState } from '../study/studyState';
import { formatSeconds } from './meter';
import { type Output, TerminalLine } from './terminalLine';

/** A study's listener that can be told that the work has ended. */
export interface EndingStudyListener extends Required<Pick<StudyListener, 'onStudy' | 'onMessage' | 'shouldStop'>> {
  end(): Promise<void>;
}

/** Rows of the leaderboard that are drawn. */
export const shownRows = 20;

/** Where a study stands, in one line. */
export function studyLine({ ended, total, failed, running, secondsLeft }: StudyState): string {
  const parts = [
    `study: ${ended} of ${total} runs`,
    failed > 0 && `${failed} failed`,
    running.length > 0 && `running ${running.slice(0, 2).join(' and ')}${running.length > 2 ? ' and more' : ''}`,
    secondsLeft !== null && ended < total && `about ${formatSeconds(secondsLeft)} left`,
  ];
  return printableLine(parts.filter(Boolean).join(', '));
}

/** How a run came out, in one line. */
export function runLine({ axes, seed, state, accuracy, error, seconds }: RunRecord): string {
  const outcome = {
    done: `accuracy ${formatShare(accuracy)}`,
    pruned: `given up at ${formatShare(accuracy)}`,
    failed: `failed: ${error}`,
  }[state];
  return printableLine(`${nameOf(axes)}, seed ${seed}: ${outcome}, ${formatSeconds(seconds)}`);
}

/** A study on a terminal: a line for each run that ends, and below them where the study stands, with the leader. */
export function terminalStudyListener(output: Output = process.stderr): EndingStudyListener {
  const line = new TerminalLine(output);
  let printed = 0;
  return {
    onStudy(state) {
      if (state.latest) line.print(runLine(state.latest));
      const rows = ranked(state.rows);
      const round = state.rows.length;
      if (
        state.latest &&
        round > 1 &&
        state.ended % round === 0 &&
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
