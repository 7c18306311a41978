import { basename, join, resolve } from 'node:path';
import { diagnose } from '../analysis/diagnose';
import { printable } from '../core/escape/printable';
import { withDefaults } from '../core/options';
import { counted } from '../core/text';
import { classReport, confusionMatrix, describeAccuracy } from '../metrics';
import { readRun, type SavedRun } from '../runs';
import { isStudy } from '../study';
import { settingNames, settingsTable } from '../training';
import { drawn } from './draw';
import { explanationSections } from './explanations';
import { chartSections, pictureSections, predictionsAtHand } from './figures';
import { htmlPage, type Page } from './page';
import { madeWith } from './settings';
import { sliceSections } from './slices';
import { studyHtml, studyText } from './study';

export interface ReportOptions {
  /** draw Grad-CAM, which takes TensorFlow and the backbone's weights; `true` unless told */
  explain?: boolean;
  /** the file that the page will be written to, which links are relative to; one in the folder itself unless told */
  page?: string;
  /** the folder of the pictures; that of the run unless told, of which only pictures are taken that are as they were in training */
  data?: string;
  /** gets what had to be left out, and why; the page says so, too */
  say?: (text: string) => void;
}

type FilledOptions = Required<Omit<ReportOptions, 'data'>> & Pick<ReportOptions, 'data'>;

/**
 * A run, or a study, as one HTML page that needs nothing but itself. Of a run: diagnosis, charts as SVG with their texts,
 * pictures, settings, and the numbers as JSON in `<script id="run">`. Of a study: {@link studyHtml}.
 *
 * @param folder of the run or the study
 * @throws {UserError} if it holds no complete run, and no study
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
  const atHand = predictionsAtHand(run, data);
  if (atHand.length < run.predictions.length) leaveOut(missingPictures(run, atHand.length, explain, data));
  const shown = atHand.filter(({ probabilities }) => probabilities.every(Number.isFinite));
  if (shown.length < atHand.length) leaveOut(diverged(atHand.length - shown.length, atHand.length));
  const sections = [
    ...chartSections(run),
    ...(await sliceSections(run, atHand)),
    ...(await pictureSections(run, shown)),
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
        ...predictionsForScripts(run),
      },
    },
  });
}

/** Numbers of predictions that a page carries for scripts: some two megabytes. */
const MOST_PROBABILITIES = 100_000;
/** Where all would be more: so many probabilities a picture, the largest. */
const LIKELIEST = 5;

/** The predictions as the page carries them: whole, or with the likeliest classes of each and the words that say so. */
function predictionsForScripts({ predictions, classes }: SavedRun): object {
  if (predictions.length * classes.length <= MOST_PROBABILITIES) return { predictions };
  return {
    note: `each prediction has the ${LIKELIEST} largest of its ${classes.length} probabilities, as [class, probability]; all are in predictions.csv of the run`,
    predictions: predictions.map(({ probabilities, ...rest }) => ({
      ...rest,
      likeliest: [...probabilities.keys()]
        .sort((a, b) => probabilities[b]! - probabilities[a]!)
        .slice(0, LIKELIEST)
        .map((c) => [c, probabilities[c]]),
    })),
  };
}

/** The same for a terminal: numbers, diagnosis and the texts of the charts. */
export function reportText(folder: string): string {
  if (isStudy(folder)) return studyText(folder);
  const run = readRun(folder);
  const charts = chartSections(run).flatMap(({ charts = [] }) => charts);
  const texts = [...summaryOf(run), diagnose(run).text, ...charts.map(({ usermeta }) => usermeta.text)];
  return printable(texts.join('\n\n'));
}

const diverged = (without: number, atHand: number) =>
  `the probabilities of ${without} of the ${counted(atHand, 'validation picture')} are no numbers, as after a training that diverged: these are shown in no gallery`;

function missingPictures(
  { predictions, configuration }: SavedRun,
  atHand: number,
  explain: boolean,
  data?: string,
): string {
  const missing = predictions.length - atHand;
  const shown = explain ? 'galleries and Grad-CAM' : 'galleries';
  const what = atHand === 0 ? `${shown} are left out` : `${shown} are of the other ${atHand}`;
  const folder = resolve(data ?? configuration.data.folder);
  return `missing from '${folder}': ${missing} of the ${counted(predictions.length, 'validation picture')}; ${what}: put them back as they were in training, or name their folder by --data, and make the page again to have all`;
}

function summaryOf(run: SavedRun): string[] {
  const { configuration, predictions, classes, settings, seconds } = run;
  const { train, validation } = configuration.data;
  return [
    ...(predictions.length > 0 ? [scoreOf(run)] : []),
    `${settings.backbone}, ${settings.variant}: ${train} pictures for training and ${validation} for validation, of ${classes.length} classes, in ${seconds.total.toFixed(0)} s.`,
  ];
}

function scoreOf({ predictions, classes }: SavedRun): string {
  const labels = predictions.map(({ label }) => label);
  const said = predictions.map(({ predicted }) => predicted);
  const right = labels.filter((label, i) => label === said[i]).length;
  const f1 = classReport(confusionMatrix(labels, said, classes)).macro.f1;
  return `Validation: ${describeAccuracy(right, predictions.length)}. Macro F1 ${(100 * f1).toFixed(1)}%.`;
}

function settingsOf({ configuration, settings, classes }: SavedRun): Page['settings'] {
  return [
    ...settingNames.map((name) => [name, String(settings[name]), settingsTable[name].sentence] as const),
    ['classes', classes.join(', ')],
    ['data fingerprint', configuration.data.fingerprint],
    ...madeWith(configuration),
  ];
}
