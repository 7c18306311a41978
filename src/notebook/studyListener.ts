import { escapeHtml } from '../core/escape/html';
import { printable } from '../core/escape/printable';
import { stopRequested, withStop } from '../core/stop';
import { leaderboardCells, leaderboardText, mostFrequentLine, ranked } from '../study/leaderboard';
import type { StudyListener, StudyState } from '../study/studyState';
import { type EndingStudyListener, shownRows, studyLine, terminalStudyListener } from '../terminal/studyListener';
import { displayWriter } from './kernel';
import { type LiveDisplay, liveDisplay, liveUpdatesSent } from './live';
import { displaySymbol } from './mime';

/**
 * Make a listener that shows a study in a notebook: its progress and the leaderboard, updated in place. Outside a notebook it
 * returns `terminalStudyListener()`. `watchStudy` uses it and handles the stop button, too.
 *
 * @example
 * ```ts
 * import { display, study } from 'tunebook';
 * const listener = display.notebookStudyListener();
 * const settings = { backbone: 'mobilenet-v1-0.25', inputSize: 96, weights: 'random', epochs: 1 } as const;
 * await study({ data: 'photos', settings, axes: { dropout: [0, 0.5] }, seeds: 1, listener });
 * await listener.end(); // the leaderboard stays in the notebook
 * ```
 */
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
      await liveUpdatesSent();
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
  const below = mostFrequentLine(rows)
    .map((text) => `<p>${escapeHtml(text)}</p>`)
    .join('');
  return {
    [displaySymbol]: () => ({
      'text/html': `<p>${escapeHtml(line)}</p>${rows.length > 0 ? table : ''}${below}`,
      'text/plain': printable(rows.length > 0 ? `${line}\n${leaderboardText(rows)}` : line),
    }),
  };
}

/**
 * Run a study with a live leaderboard and the remaining time. The notebook's stop button stops it after the current batch, and
 * `resume: true` continues it. On a terminal the progress is text.
 *
 * @param work starts the study with the listener it is given
 * @returns what `work` returns
 *
 * @example
 * ```ts
 * import { study, watchStudy } from 'tunebook';
 * const settings = { backbone: 'mobilenet-v1-0.25', inputSize: 96, weights: 'random', epochs: 1 } as const;
 * const options = { data: 'photos', settings, axes: { dropout: [0, 0.5] }, seeds: 1 };
 * const { rows } = await watchStudy((listener) => study({ ...options, listener }));
 * rows.length; // => 2
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
