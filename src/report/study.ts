import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import * as charts from '../charts';
import { rowName, variedAxes } from '../charts/studyRow';
import { messageOf } from '../core/errors';
import { printable, printableLine } from '../core/escape/printable';
import { capital, formatShare } from '../core/text';
import { formatMeasure, measures } from '../metrics/measures';
import { readRun, type SavedRun } from '../runs';
import { importanceText, loadStudy, type StudyResult, type StudyRow } from '../study';
import {
  leaderboardCells,
  leaderboardText,
  mostFrequentLine,
  nameOf,
  ranked,
  verdictExplanation,
  verdictExplanations,
} from '../study/leaderboard';
import { readStudyFile, type StudyFile } from '../study/loadStudy';
import { drawn } from './draw';
import type { Section } from './figures';
import { importanceOf, importanceSections } from './importance';
import { htmlPage, type PageTable } from './page';
import { madeWith } from './settings';

/** The most configurations whose curves are drawn: more could not be distinguished. */
const CURVES = 7;

/**
 * Write a report of a study, complete or not, as one self-contained HTML page: the table with intervals and verdicts, charts as
 * SVG with descriptions, every run with a link to its folder or with its error, settings, and the numbers as JSON in
 * `<script id="study">`.
 *
 * @param page the file that the page will be written to, which its links are relative to
 * @param say called with what is left out, and why; the page says so, too
 * @throws {UserError} if the folder is not a study folder, or a file in it cannot be read
 */
export async function studyHtml(folder: string, page: string, say: (text: string) => void): Promise<string> {
  const file = readStudyFile(folder);
  const result = loadStudy(folder);
  const notes: string[] = [];
  const saved = savedRuns(result, (reason) => {
    notes.push(reason);
    say(reason);
  });
  const [header, ...rows] = leaderboardCells(result.rows);
  const table: PageTable = {
    header: header!,
    rows: rows.slice(0, MOST_ROWS),
    numbers: [false, true, true, true, true, true, false, true],
  };
  const { monitor } = result;
  const { title, percent, lowerIsBetter } = measures[monitor];
  const words = `Mean validation ${title} over the seeds with its 95% interval${lowerIsBetter ? ' (lower is better)' : ''}; the difference from the baseline${percent ? ', in percentage points,' : ''} is paired seed by seed. ${sentencesOf(mostFrequentLine(result.rows))}${verdictExplanation}${leftOut(rows.length, 'configurations')}`;
  return htmlPage({
    title: basename(resolve(folder)),
    summary: summaryOf(result, file),
    notes,
    sections: [
      { heading: 'Results', words, table, figures: [], pictures: [] },
      ...importanceSections(result),
      ...(await Promise.all(chartSections(result, saved).map(drawn))),
      {
        heading: 'Runs',
        words: runWords(result),
        table: runTable(result, dirname(resolve(page))),
        figures: [],
        pictures: [],
      },
    ],
    settings: settingsOf(result, file, saved),
    data: { id: 'study', content: { configuration: file.configuration, rows: result.rows, records: result.records } },
  });
}

/** Write a report of a study as plain text: the table, errors, and the charts as text. */
export function studyText(folder: string): string {
  const result = loadStudy(folder);
  const left: string[] = [];
  const saved = savedRuns(result, (reason) => left.push(reason));
  const texts = chartSections(result, saved).flatMap(({ charts = [] }) => charts.map(({ usermeta }) => usermeta.text));
  const failed = result.records.flatMap(({ id, error }) => (error === null ? [] : [printableLine(`${id}: ${error}`)]));
  const lines = [
    ...summaryOf(result, readStudyFile(folder)),
    ...left,
    leaderboardText(result.rows),
    ...verdictExplanations(result.rows),
    ...importanceOf(result).map(importanceText),
    ...(failed.length > 0 ? [failed.join('\n')] : []),
    ...texts,
  ];
  return printable(lines.join('\n\n'));
}

/** Lines as sentences. */
const sentencesOf = (lines: readonly string[]) => lines.map((line) => `${capital(line)}. `).join('');

function summaryOf(
  { rows, records, left, monitor }: StudyResult,
  { configuration, configurations }: StudyFile,
): string[] {
  const [best] = ranked(rows);
  const seeds = new Set(records.map(({ seed }) => seed)).size;
  const counts = `${records.length} runs of ${configurations.length} configurations with ${seeds} seeds on ${configuration.data}`;
  return [
    ...(best
      ? [
          `${capital(measures[monitor].best)}: ${nameOf(best.axes)}, ${formatMeasure(monitor, best.score!.mean)} over ${best.n} seeds.`,
        ]
      : []),
    `${counts}${left > 0 ? `; ${left} planned runs have not been executed` : ''}.`,
  ];
}

/** The run of the first seed of each of the best configurations, by row. */
function savedRuns({ folder, rows, records }: StudyResult, say: (text: string) => void): Map<StudyRow, SavedRun> {
  const saved = new Map<StudyRow, SavedRun>();
  for (const row of ranked(rows).slice(0, CURVES)) {
    const own = records.find(
      ({ state, axes }) => state === 'done' && JSON.stringify(axes) === JSON.stringify(row.axes),
    );
    try {
      if (own) saved.set(row, readRun(join(folder, 'runs', own.id)));
    } catch (error) {
      say(`no curves of ${nameOf(row.axes)} in the report: ${messageOf(error)}`);
    }
  }
  return saved;
}

function chartSections({ rows, records, monitor }: StudyResult, saved: ReadonlyMap<StudyRow, SavedRun>): Section[] {
  if (ranked(rows).length === 0) return [];
  const axes = variedAxes(rows);
  const compared: charts.Chart[] = axes.length > 0 ? [charts.paretoChart(rows)] : [];
  const together: charts.Chart[] =
    axes.length > 1 ? [charts.interactionChart(rows, axes[0]!, axes[1]!), charts.parallelCoordinates(rows)] : [];
  const done = records.filter(({ state }) => state === 'done');
  return [
    {
      heading: 'Every run',
      words: 'The spread of the runs in a line is due to the seed alone.',
      charts: [charts.runDotsChart(done, { monitor })],
    },
    {
      heading: `${capital(measures[monitor].title)} and time`,
      words: `No other configuration is both ${monitor === 'accuracy' ? 'more accurate' : 'better'} and faster than one on the front.`,
      charts: compared,
    },
    {
      heading: 'Interaction of the axes',
      words: 'Each cell is the mean over the seeds and all other axes.',
      charts: together,
    },
    {
      heading: 'Curves',
      words: `Training and validation of the first seed, for the ${CURVES} ${monitor === 'accuracy' ? 'most accurate' : 'best'} configurations at most.`,
      charts: curvesOf(saved, axes),
    },
  ].filter(({ charts }) => charts.length > 0);
}

function curvesOf(saved: ReadonlyMap<StudyRow, SavedRun>, axes: readonly string[]): charts.Chart[] {
  const histories = [...saved].flatMap(([row, { history }]) =>
    history.length > 0 ? [[rowName(row, axes) || 'the only configuration', history] as const] : [],
  );
  return histories.length > 0 ? [charts.compareCurves(Object.fromEntries(histories), { title: 'First seed' })] : [];
}

/** The most rows of a table on a page; all of them are in the study's own files. */
const MOST_ROWS = 500;

const leftOut = (rows: number, what: string) =>
  rows > MOST_ROWS ? ` The first ${MOST_ROWS} of ${rows} ${what}; all are in what \`--export\` writes.` : '';

function runWords({ failed, records }: StudyResult): string {
  return `Each run has a folder in runs/ with configuration, history and predictions.${failed > 0 ? ` ${failed} failed.` : ''}${leftOut(records.length, 'runs')}`;
}

/** @param from the folder of the page */
function runTable({ folder, records, monitor }: StudyResult, from: string): PageTable {
  const more = (['macroF1', 'auc'] as const).filter((name) => name === monitor);
  const runs = relative(from, join(folder, 'runs')).split(sep).join('/');
  return {
    header: [
      'run',
      'seed',
      'state',
      'accuracy',
      '95% interval',
      'most frequent class',
      'loss',
      ...more.map((name) => measures[name].title),
      'epochs',
      'seconds',
    ],
    rows: records
      .slice(0, MOST_ROWS)
      .map(({ id, seed, state, error, accuracy, interval, mostFrequent, loss, epochs, seconds, ...record }) => [
        { text: id, href: `${runs}/${id}/` },
        String(seed),
        error === null ? state : `${state}: ${error}`,
        formatShare(accuracy),
        interval === null ? '' : `${formatShare(interval.low)} to ${formatShare(interval.high)}`,
        formatShare(mostFrequent),
        formatMeasure('loss', loss),
        ...more.map((name) => formatMeasure(name, record[name])),
        String(epochs),
        seconds.toFixed(1),
      ]),
    numbers: [false, true, false, ...Array<boolean>(6 + more.length).fill(true)],
  };
}

function settingsOf(
  { records }: StudyResult,
  { configuration, dataFingerprint }: StudyFile,
  saved: ReadonlyMap<StudyRow, SavedRun>,
): [string, string][] {
  const [one] = saved.values();
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
