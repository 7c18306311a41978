import { formatShare } from '../core/text';
import { htmlPage } from '../report/page';
import type { SavedRun } from '../runs';
import type { AutoFolder } from './folder';
import type { AutoPlan } from './options';
import { bestOf } from './record';

/** A page about a search: its parts, how long each took and what it was worth, and the accuracy of the final run. */
export function autoHtml({ state }: AutoFolder, { minutes, settings }: AutoPlan, run: SavedRun | undefined): string {
  const best = bestOf(state.records);
  const accuracy = run?.test?.summary.accuracy;
  const tested = accuracy
    ? `Accuracy on ${run.test!.predictions.length} test pictures, which nothing in the search looked at: ${formatShare(accuracy.estimate)} (95% interval ${formatShare(accuracy.low)} to ${formatShare(accuracy.high)}).`
    : 'No pictures were put aside for testing, so the accuracy is that of the validation pictures, by which the model was chosen.';
  return htmlPage({
    title: 'Automatic search',
    summary: [
      `Best: ${best?.name ?? 'none'}, of ${state.records.length} parts in ${state.seconds.toFixed(0)} s.`,
      ...(run ? [tested] : []),
    ],
    sections: [
      {
        heading: 'Parts',
        words:
          'In their order. A model replaces the best one so far if its log loss on the validation pictures is lower by more than one standard error of the paired difference, and its accuracy is not lower by as much.',
        table: {
          header: ['part', 'state', 'seconds', 'validation accuracy', 'log loss', 'best so far', 'reason'],
          rows: state.records.map(({ name, state, seconds, accuracy, loss, better, reason, folder }) => [
            folder ? { text: name, href: `candidates/${folder}` } : name,
            ...[
              state,
              seconds.toFixed(1),
              accuracy?.toFixed(3) ?? '',
              loss?.toFixed(3) ?? '',
              better ? 'yes' : '',
              reason,
            ],
          ]),
          numbers: [false, false, true, true, true, false, false],
        },
        figures: [],
        pictures: [],
      },
    ],
    settings: Object.entries({ minutes, ...settings }).map(([name, value]) => [name, String(value)]),
    data: { id: 'auto', content: state },
  });
}
