import { counted } from '../core/text';
import type { Interval } from '../metrics';
import type { SavedRun } from '../runs';
import { testUseWarning } from '../training';
import type { Section } from './figures';

/** How good the run is on its test pictures, where it has some. */
export function testSections({ test, classes }: SavedRun): Section[] {
  if (!test) return [];
  const { summary, shared, earlier } = test;
  const { accuracy, baseline, balancedAccuracy, macroF1, auc, logLoss, calibrationError } = summary;
  const row = (name: string, { estimate, low, high }: Interval) => [
    ...[name, estimate.toFixed(3), `${low.toFixed(3)} to ${high.toFixed(3)}`],
  ];
  const warnings = [
    ...(shared.length > 0
      ? [`${counted(shared.length, 'test picture')} were trained or validated on, too: the numbers are too good.`]
      : []),
    ...(earlier > 0 ? [`Of ${testUseWarning(earlier)}.`] : []),
  ];
  return [
    {
      heading: 'Test pictures',
      words: [
        `The final model on ${counted(summary.examples, 'picture')} that nothing in the training looked at.`,
        ...(accuracy.groups < accuracy.examples
          ? [
              `They are of ${accuracy.groups} groups, and tell as much as ${Math.round(accuracy.effective)} independent pictures: the intervals allow for that.`,
            ]
          : []),
        ...warnings,
      ].join(' '),
      table: {
        header: ['measure', 'value', '95% interval'],
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
      },
    },
  ];
}
