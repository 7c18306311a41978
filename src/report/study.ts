import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import * as charts from '../charts';
import { rowName, variedAxes } from '../charts/studyRow';
import { messageOf } from '../core/errors';
import { printable, printableLine } from '../core/escape/printable';
import { readRun, type SavedRun } from '../runs';
import { loadStudy, type StudyResult, type StudyRow } from '../study';
import {
  leaderboardCells,
  leaderboardText,
  nameOf,
  ranked,
  verdictExplanation,
  verdictExplanations,
} from '../study/leaderboard';
import { readStudyFile, type StudyFile } from '../study/loadStudy';
import { drawn } from './draw';
import type { Section } from './figures';
import { htmlPage, type PageTable } from './page';
import { madeWith } from './settings';

/** Curves of more configurations cannot be told apart. */
const CURVES = 7;

/**
 * A study as one HTML page that needs nothing but itself: the table with intervals and verdicts, charts as SVG with their
 * texts, every run with a link to its folder, failed ones with their errors, how it was made, and the numbers as JSON in
 * `<script id="study">`. A study that is not complete is shown as far as it is.
 *
 * @param page the file that the page will be written to, which links are relative to
 * @param say gets what had to be left out, and why; the page says so, too
 * @throws {UserError} if the folder holds no study, or one that cannot be read
 */
export async function studyHtml(folder: string, page: string, say: (text: string) => void): Promise<string> {
  const file = readStudyFile(folder);
  const result = loadStudy(folder);
  const notes: string[] = [];
  const kept = keptRuns(result, (reason) => {
    notes.push(reason);
    say(reason);
  });
  const [header, ...rows] = leaderboardCells(result.rows);
  const table: PageTable = {
    header: header!,
    rows: rows.slice(0, MOST_ROWS),
    numbers: [false, true, true, true, true, true, false, true],
  };
  const words = `Mean validation accuracy over the seeds with its 95% interval; the difference from the baseline, in percentage points, is paired seed by seed. ${verdictExplanation}${leftOut(rows.length, 'configurations')}`;
  return htmlPage({
    title: basename(resolve(folder)),
    summary: summaryOf(result, file),
    notes,
    sections: [
      { heading: 'What it came to', words, table, figures: [], pictures: [] },
      ...(await Promise.all(chartSections(result, kept).map(drawn))),
      {
        heading: 'Its runs',
        words: runWords(result),
        table: runTable(result, dirname(resolve(page))),
        figures: [],
        pictures: [],
      },
    ],
    settings: settingsOf(result, file, kept),
    data: { id: 'study', content: { configuration: file.configuration, rows: result.rows, records: result.records } },
  });
}

/** The same for a terminal: the table and the texts of the charts. */
export function studyText(folder: string): string {
  const result = loadStudy(folder);
  const left: string[] = [];
  const kept = keptRuns(result, (reason) => left.push(reason));
  const texts = chartSections(result, kept).flatMap(({ charts = [] }) => charts.map(({ usermeta }) => usermeta.text));
  const failed = result.records.flatMap(({ id, error }) => (error === null ? [] : [printableLine(`${id}: ${error}`)]));
  const lines = [
    ...summaryOf(result, readStudyFile(folder)),
    ...left,
    leaderboardText(result.rows),
    ...verdictExplanations(result.rows),
    ...(failed.length > 0 ? [failed.join('\n')] : []),
    ...texts,
  ];
  return printable(lines.join('\n\n'));
}

function summaryOf({ rows, records, left }: StudyResult, { configuration, configurations }: StudyFile): string[] {
  const [best] = ranked(rows);
  const seeds = new Set(records.map(({ seed }) => seed)).size;
  const counts = `${records.length} runs of ${configurations.length} configurations with ${seeds} seeds on ${configuration.data}`;
  return [
    ...(best
      ? [`Most accurate: ${nameOf(best.axes)}, ${(100 * best.accuracy!.mean).toFixed(1)}% over ${best.n} seeds.`]
      : []),
    `${counts}${left > 0 ? `; ${left} planned runs are not made yet` : ''}.`,
  ];
}

/** Of each of the most accurate configurations the run of its first seed, by its row. */
function keptRuns({ folder, rows, records }: StudyResult, say: (text: string) => void): Map<StudyRow, SavedRun> {
  const kept = new Map<StudyRow, SavedRun>();
  for (const row of ranked(rows).slice(0, CURVES)) {
    const own = records.find(
      ({ state, axes }) => state === 'done' && JSON.stringify(axes) === JSON.stringify(row.axes),
    );
    try {
      if (own) kept.set(row, readRun(join(folder, 'runs', own.id)));
    } catch (error) {
      say(`no curves of ${nameOf(row.axes)} in the report: ${messageOf(error)}`);
    }
  }
  return kept;
}

function chartSections({ rows, records }: StudyResult, kept: ReadonlyMap<StudyRow, SavedRun>): Section[] {
  if (ranked(rows).length === 0) return [];
  const axes = variedAxes(rows);
  const compared: charts.Chart[] = axes.length > 0 ? [charts.paretoChart(rows)] : [];
  const together: charts.Chart[] =
    axes.length > 1 ? [charts.interactionChart(rows, axes[0]!, axes[1]!), charts.parallelCoordinates(rows)] : [];
  const done = records.filter(({ state }) => state === 'done');
  return [
    {
      heading: 'Every run',
      words: 'How far the runs of a line lie apart is what the seed alone does.',
      charts: [charts.runDotsChart(done)],
    },
    {
      heading: 'Accuracy and time',
      words: 'What is worth its time: nothing on the front is beaten in both.',
      charts: compared,
    },
    {
      heading: 'How the axes act together',
      words: 'Each cell is the mean over the seeds and all else that was varied.',
      charts: together,
    },
    {
      heading: 'Curves',
      words: `Training and validation of the first seed, for the ${CURVES} most accurate configurations at most.`,
      charts: curvesOf(kept, axes),
    },
  ].filter(({ charts }) => charts.length > 0);
}

function curvesOf(kept: ReadonlyMap<StudyRow, SavedRun>, axes: readonly string[]): charts.Chart[] {
  const histories = [...kept].flatMap(([row, { history }]) =>
    history.length > 0 ? [[rowName(row, axes) || 'the only configuration', history] as const] : [],
  );
  return histories.length > 0 ? [charts.compareCurves(Object.fromEntries(histories), { title: 'First seed' })] : [];
}

/** Rows of a table that a page has: what is beyond stands in the study's own files. */
const MOST_ROWS = 500;

const leftOut = (rows: number, what: string) =>
  rows > MOST_ROWS ? ` The first ${MOST_ROWS} of ${rows} ${what}; all are in what \`--export\` writes.` : '';

function runWords({ failed, records }: StudyResult): string {
  return `Each is a folder in runs/ with configuration, history and predictions.${failed > 0 ? ` ${failed} failed.` : ''}${leftOut(records.length, 'runs')}`;
}

/** @param from the folder of the page */
function runTable({ folder, records }: StudyResult, from: string): PageTable {
  const runs = relative(from, join(folder, 'runs')).split(sep).join('/');
  return {
    header: ['run', 'seed', 'state', 'accuracy', 'loss', 'epochs', 'seconds'],
    rows: records
      .slice(0, MOST_ROWS)
      .map(({ id, seed, state, error, accuracy, loss, epochs, seconds }) => [
        { text: id, href: `${runs}/${id}/` },
        String(seed),
        error === null ? state : `${state}: ${error}`,
        accuracy === null ? '' : `${(100 * accuracy).toFixed(1)}%`,
        loss === null ? '' : loss.toFixed(3),
        String(epochs),
        seconds.toFixed(1),
      ]),
    numbers: [false, true, false, true, true, true, true],
  };
}

function settingsOf(
  { records }: StudyResult,
  { configuration, dataFingerprint }: StudyFile,
  kept: ReadonlyMap<StudyRow, SavedRun>,
): [string, string][] {
  const [one] = kept.values();
  return [
    ...Object.entries(configuration).map(([name, value]): [string, string] => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
    ['data fingerprint', dataFingerprint],
    ['machines', [...new Set(records.map(({ host }) => host))].join(', ')],
    ...(one ? madeWith(one.configuration) : []),
  ];
}
