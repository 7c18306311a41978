import { basename, join, resolve } from 'node:path';
import { diagnose } from '../analysis/diagnose';
import { printable } from '../core/escape/printable';
import { withDefaults } from '../core/options';
import { capital, counted } from '../core/text';
import { classReport, confusionMatrix } from '../metrics';
import { describePredictions } from '../metrics/describePredictions';
import { readRun, type SavedRun } from '../runs';
import { picturePaths } from '../runs/runPictures';
import { slicePictures } from '../runs/slices';
import { isStudy } from '../study';
import { describeInterpolation, describeRecipe, settingNames, settingsTable, settingText } from '../training';
import { drawn } from './draw';
import { explanationSections } from './explanations';
import { chartSections, pictureSections } from './figures';
import { htmlPage, type Page } from './page';
import { predictionsForScripts } from './scripts';
import { classList, madeWith } from './settings';
import { sliceSections } from './slices';
import { studyHtml, studyText } from './study';
import { testSections } from './testPictures';

/** Options of `reportHtml`. */
export interface ReportOptions {
  /** draw Grad-CAM, occlusion maps and an embedding, which needs the backbone's weights. Default: true */
  explain?: boolean;
  /** the file that the page will be written to, which its links are relative to. Default: report.html in the folder */
  page?: string;
  /** the folder of the pictures. Default: that of the run, of which only unchanged pictures are used */
  data?: string;
  /** called with what is left out, and why; the page says so, too. Default: none */
  say?: (text: string) => void;
}

type FilledOptions = Required<Omit<ReportOptions, 'data'>> & Pick<ReportOptions, 'data'>;

/**
 * Write a report of a run or a study as one self-contained HTML page. For a run: diagnosis, charts as SVG with descriptions,
 * pictures, settings, and the numbers as JSON in `<script id="run">`. For a study: the table with intervals and verdicts,
 * charts, all runs, and the numbers in `<script id="study">`.
 *
 * @param folder of the run or the study
 * @returns the page, to be written to a file
 * @throws {UserError} if the folder is neither a complete run folder nor a study folder
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { reportHtml } from 'tunebook';
 * const page = await reportHtml('runs/first', { explain: false });
 * await writeFile('report.html', page);
 * page.slice(0, 15); // => '<!doctype html>'
 * ```
 */
export async function reportHtml(folder: string, options?: ReportOptions): Promise<string> {
  const { explain, page, say, data } = withDefaults<FilledOptions>('reportHtml', options, {
    ...{ data: undefined, explain: true, page: join(folder, 'report.html'), say: () => {} },
  });
  if (isStudy(folder)) return studyHtml(folder, page, say);
  const run = readRun(folder);
  const notes: string[] = [];
  const leaveOut = (reason: string) => {
    notes.push(reason);
    say(reason);
  };
  const paths = picturePaths(run, data);
  const available = run.predictions.flatMap((each, i) => (paths[i] === undefined ? [] : [{ ...each, file: paths[i] }]));
  if (available.length < run.predictions.length) leaveOut(missingPictures(run, available.length, explain, data));
  const shown = available.filter(({ probabilities }) => probabilities.every(Number.isFinite));
  if (shown.length < available.length) leaveOut(diverged(available.length - shown.length, available.length));
  const sections = [
    ...chartSections(run),
    ...testSections(run),
    ...sliceSections(await slicesOf(run, paths), run.predictions, 'validation pictures'),
    ...(await pictureSections(run, shown, run.configuration.data.reading)),
    ...(explain ? await explanationSections(run, shown, folder, leaveOut) : []),
  ];
  return htmlPage({
    title: basename(resolve(folder)),
    summary: summaryOf(run),
    notes,
    findings: diagnose(run).findings,
    sections: await Promise.all(sections.map(drawn)),
    settings: settingsOf(run),
    data: {
      id: 'run',
      content: {
        ...{ settings: run.settings, classes: run.classes, history: run.history },
        ...predictionsForScripts(run, 'predictions.csv of the run'),
      },
    },
  });
}

function slicesOf(run: SavedRun, paths: readonly (string | undefined)[]) {
  const { reading } = run.configuration.data;
  return slicePictures(run.predictions, run.classes, { pathOf: (i) => paths[i], ...(reading && { reading }) });
}

/**
 * Write a report of a run or a study as plain text, for a terminal: numbers, diagnosis, and the charts as text.
 *
 * @param folder of the run or the study
 * @throws {UserError} if the folder is neither a complete run folder nor a study folder
 *
 * @example
 * ```ts
 * import { reportText } from 'tunebook';
 * console.log(reportText('runs/first')); // accuracy with its interval, diagnosis, and the charts as text
 * ```
 */
export function reportText(folder: string): string {
  if (isStudy(folder)) return studyText(folder);
  const run = readRun(folder);
  const charts = chartSections(run).flatMap(({ charts = [] }) => charts);
  const texts = [...summaryOf(run), diagnose(run).text, ...charts.map(({ usermeta }) => usermeta.text)];
  return printable(texts.join('\n\n'));
}

const diverged = (without: number, available: number) =>
  `the probabilities of ${without} of the ${counted(available, 'validation picture')} are not finite, as after a training that diverged: they are not in the galleries`;

function missingPictures(
  { predictions, configuration }: SavedRun,
  available: number,
  explain: boolean,
  data?: string,
): string {
  const missing = predictions.length - available;
  const shown = explain ? 'galleries and Grad-CAM' : 'galleries';
  const what = available === 0 ? `${shown} are left out` : `${shown} show the other ${available}`;
  const folder = resolve(data ?? configuration.data.folder);
  return `missing from '${folder}': ${missing} of the ${counted(predictions.length, 'validation picture')}; ${what}: put them back unchanged, or give their folder with --data, and run the report again`;
}

function summaryOf(run: SavedRun): string[] {
  const { configuration, predictions, classes, settings, seconds, recipe = [], interpolation } = run;
  const { train, validation } = configuration.data;
  return [
    ...(predictions.length > 0 ? [scoreOf(run)] : []),
    ...(run.test ? [`Test: ${describePredictions(run.test.predictions, classes)}.`] : []),
    `${settingText(settings.backbone)}, ${settings.variant}: ${train} pictures for training and ${validation} for validation, of ${classes.length} classes, in ${seconds.total.toFixed(0)} s.`,
    ...(recipe.length > 0 ? [sentence(describeRecipe(settings.recipe, recipe))] : []),
    ...(interpolation ? [sentence(describeInterpolation(interpolation))] : []),
  ];
}

const sentence = (line: string) => `${capital(line)}.`;

function scoreOf({ predictions, classes }: SavedRun): string {
  const labels = predictions.map(({ label }) => label);
  const predicted = predictions.map(({ predicted }) => predicted);
  const f1 = classReport(confusionMatrix(labels, predicted, classes)).macro.f1;
  return `Validation: ${describePredictions(predictions, classes)}. Macro F1 ${(100 * f1).toFixed(1)}%.`;
}

function settingsOf({ configuration, settings, classes }: SavedRun): Page['settings'] {
  return [
    ...settingNames.map((name) => [name, settingText(settings[name]), settingsTable[name].sentence] as const),
    ['classes', classList(classes)],
    ['data fingerprint', configuration.data.fingerprint],
    ...madeWith(configuration),
  ];
}
