import { formatShare } from '../charts/text';
import { stopRequested, withStop } from '../core/stop';
import { leaderboardCells, leaderboardText, nameOf, ranked } from '../study/leaderboard';
import type { RunRecord } from '../study/records';
import type { StudyListener, StudyState } from '../study/study';
import { type Output, TerminalLine } from '../terminal/terminalLine';
import { displayWriter } from './kernel';
import { type LiveDisplay, liveDisplay, liveSettled } from './live';
import { formatSeconds } from './meter';
import { displaySymbol } from './mime';
import { escapeHtml } from './table';

/** A study's listener that can be told that the work has ended. */
export interface EndingStudyListener extends Required<Pick<StudyListener, 'onStudy' | 'onMessage' | 'shouldStop'>> {
  end(): Promise<void>;
}

/** Rows of the leaderboard that are drawn. */
const shown = 20;

/** Where a study stands, in one line. */
export function studyLine({ ended, total, failed, running, secondsLeft }: StudyState): string {
  const parts = [
    `study: ${ended} of ${total} runs`,
    failed > 0 && `${failed} failed`,
    running.length > 0 && `running ${running.slice(0, 2).join(' and ')}${running.length > 2 ? ' and more' : ''}`,
    secondsLeft !== null && ended < total && `about ${formatSeconds(secondsLeft)} left`,
  ];
  return parts.filter(Boolean).join(', ');
}

/** How a run came out, in one line. */
export function runLine({ axes, seed, state, accuracy, error, seconds }: RunRecord): string {
  const outcome = {
    done: `accuracy ${formatShare(accuracy)}`,
    pruned: `given up at ${formatShare(accuracy)}`,
    failed: `failed: ${error}`,
  }[state];
  return `${nameOf(axes)}, seed ${seed}: ${outcome}, ${formatSeconds(seconds)}`;
}

/** A study on a terminal: a line for each run that ends, and below them where the study stands, with the leader. */
export function terminalStudyListener(output: Output = process.stderr): EndingStudyListener {
  const line = new TerminalLine(output);
  let shownRows = 0;
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
        state.ended > shownRows
      ) {
        shownRows = state.ended;
        line.print(`\n${leaderboardText(rows.slice(0, shown))}\n`);
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

/** A study in a notebook: where it stands and the leaderboard, updated in place. Outside of one as on a terminal. */
export function notebookStudyListener(): EndingStudyListener {
  if (!displayWriter()) return terminalStudyListener();
  const display: LiveDisplay = liveDisplay();
  let latest: StudyState | undefined;
  return {
    onStudy(state) {
      latest = state;
      void display.update(leaderboard(state));
    },
    onMessage: (text) =>
      void liveDisplay().update({ [displaySymbol]: () => ({ 'text/plain': text }) }, { final: true }),
    shouldStop: stopRequested,
    async end() {
      if (latest) await display.update(leaderboard(latest), { final: true });
      await liveSettled();
    },
  };
}

function leaderboard(state: StudyState): object {
  const line = studyLine(state);
  const rows = ranked(state.rows).slice(0, shown);
  const [header, ...body] = leaderboardCells(rows) as [string[], ...string[][]];
  const row = (cells: string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag} style="text-align: left">${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  const table = `<table><thead>${row(header, 'th')}</thead><tbody>${body.map((cells) => row(cells, 'td')).join('')}</tbody></table>`;
  return {
    [displaySymbol]: () => ({
      'text/html': `<p>${escapeHtml(line)}</p>${rows.length > 0 ? table : ''}`,
      'text/plain': rows.length > 0 ? `${line}\n${leaderboardText(rows)}` : line,
    }),
  };
}

/**
 * Run a study with all that a notebook has for it: a live leaderboard, the time left, and a stop button that ends it so that
 * it can be resumed.
 *
 * ```ts
 * const { table } = await watchStudy((listener) => study({ data: 'emoji', axes: { dropout: [0, 0.5] }, listener }));
 * ```
 */
export async function watchStudy<T>(work: (listener: StudyListener) => Promise<T>): Promise<T> {
  const { end, ...listener } = notebookStudyListener();
  try {
    return await withStop((shouldStop) => work({ ...listener, shouldStop }));
  } finally {
    await end();
  }
}
