import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import * as charts from '../charts';
import { rowName, variedAxes } from '../charts/studyRow';
import { loadStudy, type RunRecord, readRun, type StudyResult } from '../study';
import { leaderboardCells, leaderboardText, nameOf, ranked } from '../study/leaderboard';
import { readStudyFile, type StudyFile } from '../study/loadStudy';
import { drawn } from './draw';
import type { Section } from './figures';
import { htmlPage, type PageTable } from './page';

/** Curves of more configurations cannot be told apart. */
const CURVES = 7;

/**
 * A study as one HTML page that needs nothing but itself: the table with intervals and verdicts, charts as SVG with their
 * texts, every run with a link to its folder, failed ones with their errors, how it was made, and the numbers as JSON in
 * `<script id="study">`. A study that is not complete is shown as far as it is.
 *
 * @throws {UserError} if the folder holds no study, or one that cannot be read
 */
export async function studyHtml(folder: string): Promise<string> {
  const file = readStudyFile(folder);
  const result = loadStudy(folder);
  const [header, ...rows] = leaderboardCells(result.rows);
  const table: PageTable = { header: header!, rows, numbers: [false, true, true, true, true, true, false, true] };
  const words =
    'Mean validation accuracy over the seeds with its 95% interval; the difference from the baseline, in percentage points, is paired seed by seed.';
  return htmlPage({
    title: basename(resolve(folder)),
    summary: summaryOf(result, file),
    sections: [
      { heading: 'What it came to', words, table, figures: [], pictures: [] },
      ...(await Promise.all(chartSections(result).map(drawn))),
      { heading: 'Its runs', words: runWords(result), table: runTable(result.records), figures: [], pictures: [] },
    ],
    settings: settingsOf(result, file),
    data: { id: 'study', content: { configuration: file.configuration, rows: result.rows, records: result.records } },
  });
}

/** The same for a terminal: the table and the texts of the charts. */
export function studyText(folder: string): string {
  const result = loadStudy(folder);
  const texts = chartSections(result).flatMap(({ charts = [] }) => charts.map(({ usermeta }) => usermeta.text));
  const failed = result.records.flatMap(({ id, error }) => (error === null ? [] : [`${id}: ${error}`]));
  return [
    ...summaryOf(result, readStudyFile(folder)),
    leaderboardText(result.rows),
    ...(failed.length > 0 ? [failed.join('\n')] : []),
    ...texts,
  ].join('\n\n');
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

function chartSections(result: StudyResult): Section[] {
  const { rows } = result;
  if (ranked(rows).length === 0) return [];
  const axes = variedAxes(rows);
  const compared: charts.Chart[] = axes.length > 0 ? [charts.paretoChart(rows)] : [];
  const together: charts.Chart[] =
    axes.length > 1 ? [charts.interactionChart(rows, axes[0]!, axes[1]!), charts.parallelCoordinates(rows)] : [];
  const curves = curvesOf(result, axes);
  return [
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
      charts: curves,
    },
  ].filter(({ charts }) => charts.length > 0);
}

function curvesOf({ folder, rows, records }: StudyResult, axes: readonly string[]): charts.Chart[] {
  const chosen = ranked(rows).slice(0, CURVES);
  const histories = chosen.flatMap((row) => {
    const own = records.find((run) => run.state === 'done' && JSON.stringify(run.axes) === JSON.stringify(row.axes));
    const at = own && join(folder, 'runs', own.id);
    if (!at || !existsSync(join(at, 'history.csv'))) return [];
    const { history } = readRun(at);
    return history.length > 0 ? [[rowName(row, axes) || 'the only configuration', history] as const] : [];
  });
  return histories.length > 0 ? [charts.compareCurves(Object.fromEntries(histories), { title: 'First seed' })] : [];
}

function runWords({ failed }: StudyResult): string {
  return `Each is a folder in runs/ with configuration, history and predictions.${failed > 0 ? ` ${failed} failed.` : ''}`;
}

function runTable(records: readonly RunRecord[]): PageTable {
  return {
    header: ['run', 'seed', 'state', 'accuracy', 'loss', 'epochs', 'seconds'],
    rows: records.map(({ id, seed, state, error, accuracy, loss, epochs, seconds }) => [
      { text: id, href: `runs/${id}/` },
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
  { folder, records }: StudyResult,
  { configuration, dataFingerprint }: StudyFile,
): [string, string][] {
  const one = records.find(({ id, state }) => state === 'done' && isRun(join(folder, 'runs', id)));
  const run = one && readRun(join(folder, 'runs', one.id)).configuration;
  return [
    ...Object.entries(configuration).map(([name, value]): [string, string] => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
    ['data fingerprint', dataFingerprint],
    ['machines', [...new Set(records.map(({ host }) => host))].join(', ')],
    ...(run
      ? ([
          [
            'versions',
            Object.entries(run.versions)
              .map((pair) => pair.join(' '))
              .join(', '),
          ],
          ['device', `${run.device.kind}, ${run.device.name}`],
        ] as [string, string][])
      : []),
  ];
}

const isRun = (folder: string) => existsSync(join(folder, 'config.json'));
