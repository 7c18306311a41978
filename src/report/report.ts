import { basename, resolve } from 'node:path';
import { classReport, confusionMatrix, describeAccuracy, diagnose } from '../evaluation';
import { isStudy, type KeptRun, readRun } from '../study';
import { drawn } from './draw';
import { explanationSections } from './explanations';
import { chartSections, pictureSections } from './figures';
import { htmlPage } from './page';
import { studyHtml, studyText } from './study';

export interface ReportOptions {
  /** draw Grad-CAM, which takes TensorFlow and the backbone's weights; `true` unless told */
  explain?: boolean;
  /** gets what had to be left out, and why */
  say?: (text: string) => void;
}

/**
 * A run, or a study, as one HTML page that needs nothing but itself. Of a run: diagnosis, charts as SVG with their texts,
 * pictures, settings, and the numbers as JSON in `<script id="run">`. Of a study: {@link studyHtml}.
 *
 * @param folder of the run or the study
 * @throws {UserError} if it holds no complete run, and no study
 */
export async function reportHtml(
  folder: string,
  { explain = true, say = () => {} }: ReportOptions = {},
): Promise<string> {
  if (isStudy(folder)) return studyHtml(folder);
  const run = readRun(folder);
  const sections = [
    ...chartSections(run),
    ...(await pictureSections(run)),
    ...(explain ? await explanationSections(run, folder, say) : []),
  ];
  return htmlPage({
    title: basename(resolve(folder)),
    summary: summaryOf(run),
    findings: diagnose(run).findings,
    sections: await Promise.all(sections.map(drawn)),
    settings: settingsOf(run),
    data: {
      id: 'run',
      content: { settings: run.settings, classes: run.classes, history: run.history, predictions: run.predictions },
    },
  });
}

/** The same for a terminal: numbers, diagnosis and the texts of the charts. */
export function reportText(folder: string): string {
  if (isStudy(folder)) return studyText(folder);
  const run = readRun(folder);
  const charts = chartSections(run).flatMap(({ charts = [] }) => charts);
  return [...summaryOf(run), diagnose(run).text, ...charts.map(({ usermeta }) => usermeta.text)].join('\n\n');
}

function summaryOf({ configuration, predictions, classes, settings, seconds }: KeptRun): string[] {
  const { train, validation } = configuration.data;
  const right = predictions.filter(({ label, predicted }) => label === predicted).length;
  const labels = predictions.map(({ label }) => label);
  const said = predictions.map(({ predicted }) => predicted);
  const f1 = classReport(confusionMatrix(labels, said, classes)).macro.f1;
  return [
    ...(predictions.length > 0
      ? [`Validation: ${describeAccuracy(right, predictions.length)}. Macro F1 ${(100 * f1).toFixed(1)}%.`]
      : []),
    `${settings.backbone}, ${settings.variant}: ${train} pictures for training and ${validation} for validation, of ${classes.length} classes, in ${seconds.total.toFixed(0)} s.`,
  ];
}

function settingsOf({ configuration, settings, classes }: KeptRun): [string, string][] {
  const { versions, device, data } = configuration;
  return [
    ...Object.entries(settings).map(([name, value]): [string, string] => [name, String(value)]),
    ['classes', classes.join(', ')],
    ['data fingerprint', data.fingerprint],
    [
      'versions',
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
    ['device', `${device.kind}, ${device.name}`],
  ];
}
