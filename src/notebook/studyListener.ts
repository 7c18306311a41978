import { escapeHtml } from '../core/escape/html';
import { printable } from '../core/escape/printable';
import { stopRequested, withStop } from '../core/stop';
import { leaderboardCells, leaderboardText, ranked } from '../study/leaderboard';
import type { StudyListener, StudyState } from '../study/studyState';
import { type EndingStudyListener, shownRows, studyLine, terminalStudyListener } from '../terminal/studyListener';
import { displayWriter } from './kernel';
import { type LiveDisplay, liveDisplay, liveSettled } from './live';
import { displaySymbol } from './mime';

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
      void liveDisplay().update({ [displaySymbol]: () => ({ 'text/plain': printable(text) }) }, { final: true }),
    shouldStop: stopRequested,
    async end() {
      if (latest) await display.update(leaderboard(latest), { final: true });
      await liveSettled();
    },
  };
}

function leaderboard(state: StudyState): object {
  const line = studyLine(state);
  const rows = ranked(state.rows).slice(0, shownRows);
  const [header, ...body] = leaderboardCells(rows) as [string[], ...string[][]];
  const row = (cells: string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag} style="text-align: left">${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  const table = `<table><thead>${row(header, 'th')}</thead><tbody>${body.map((cells) => row(cells, 'td')).join('')}</tbody></table>`;
  return {
    [displaySymbol]: () => ({
      'text/html': `<p>${escapeHtml(line)}</p>${rows.length > 0 ? table : ''}`,
      'text/plain': printable(rows.length > 0 ? `${line}\n${leaderboardText(rows)}` : line),
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
