import { counted } from '../core/text';
import type { ClassificationSummary, Interval } from '../metrics';
import type { SavedRun } from '../runs';
import { testUseWarning } from '../training';
import type { Section } from './figures';
import type { PageTable } from './page';

/** How good the run is on its test pictures, where it has some. */
export function testSections({ test, classes }: SavedRun): Section[] {
  if (!test) return [];
  const { summary, shared, earlier, reused = summary.examples, problem } = test;
  const used = testUseWarning({ earlier, reused, problem }, summary.examples);
  const warnings = [
    ...(shared.length > 0
      ? [`${counted(shared.length, 'test picture')} were trained or validated on, too: the numbers are too good.`]
      : []),
    ...(used === undefined ? [] : [`${used[0]!.toUpperCase()}${used.slice(1)}.`]),
  ];
  return [
    {
      heading: 'Test pictures',
      words: [
        `The final model on ${counted(summary.examples, 'picture')} that nothing in the training looked at.`,
        ...groupWords(summary),
        ...warnings,
      ].join(' '),
      table: metricsTable(summary, classes),
    },
  ];
}

/** What groups mean for the intervals, where there are groups. */
export function groupWords({ accuracy: { groups, examples, effective } }: ClassificationSummary): string[] {
  if (groups === examples) return [];
  return [
    `They are of ${groups} groups, and tell as much as ${Math.round(effective)} independent pictures: the intervals allow for that.`,
  ];
}

/** All metrics with their intervals, the accuracy beside that of the most frequent class. */
export function metricsTable(summary: ClassificationSummary, classes: readonly string[]): PageTable {
  const { accuracy, baseline, balancedAccuracy, macroF1, auc, logLoss, calibrationError } = summary;
  const row = (name: string, { estimate, low, high }: Interval) => [
    ...[name, estimate.toFixed(3), `${low.toFixed(3)} to ${high.toFixed(3)}`],
  ];
  return {
    header: ['measure', 'value', `${Math.round(100 * accuracy.confidence)}% interval`],
    rows: [
      row('accuracy', accuracy),
      [`accuracy of always '${classes[baseline.class] ?? ''}'`, baseline.accuracy.toFixed(3), ''],
      row('balanced accuracy', balancedAccuracy),
      row('macro F1', macroF1),
      ...(auc ? [row('area under the ROC curve', auc)] : []),
      row('log loss', logLoss),
      ['calibration error', calibrationError.toFixed(3), ''],
    ],
    numbers: [false, true, true],
  };
}
