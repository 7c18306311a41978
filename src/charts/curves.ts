import type { EpochRecord } from '../core/listener';
import { checkNumber, withDefaults } from '../core/options';
import { describeHistory, tabulateHistory } from './history';
import { curvePanel, epochDomain } from './panel';
import { ratePanel } from './ratePanel';
import { type Chart, chart } from './theme';

/** Options of {@link trainingCurves}. */
export interface CurveOptions {
  /** how many epochs the training may take: the width of the axis; as many as there are unless told */
  planned?: number;
  /** the training is over, though perhaps before the planned epochs: the axis ends with it; `false` unless told */
  ended?: boolean;
  /** `Training` unless told */
  title?: string;
}

/**
 * Loss and accuracy over the epochs, training against validation, with the best epoch of each marked, the gap between the
 * two shaded, and the learning rate beneath. A note says when the validation loss has turned.
 *
 * While training runs the axis is as wide as the planned training from the start, so that a chart which is drawn anew after
 * each epoch stays still; at the start of a long training it is a half, a quarter and so on of that.
 * Numbers that are not finite leave a gap, and the first such epoch is named.
 *
 * @param history one record an epoch; none gives empty axes
 * @param options {@link CurveOptions}
 * @throws {UserError} on an unknown option or a `planned` that is no whole number of at least 1
 */
export function trainingCurves(history: readonly EpochRecord[], options: CurveOptions = {}): Chart {
  const defaults: Required<CurveOptions> = { planned: Math.max(1, history.length), ended: false, title: 'Training' };
  const { planned, ended, title } = withDefaults('trainingCurves', options, defaults);
  checkNumber('trainingCurves: planned', planned, { min: 1, integer: true });
  const done = history.at(-1)?.epoch ?? 0;
  const last = ended && done > 0 ? done : axisEnd(done, planned);
  const epochs = epochDomain(last);
  const { heading, notes } = describeHistory(history, Math.max(planned, done));
  const spec = {
    title: { text: `${title}: ${heading}`, ...(notes.length > 0 && { subtitle: notes }) },
    data: { values: history.map(finiteOrNull) },
    spacing: 14,
    vconcat: [
      {
        spacing: 28,
        hconcat: [
          curvePanel(history, epochs, { name: 'loss', train: 'loss', validation: 'validationLoss', best: 'lowest' }),
          curvePanel(history, epochs, {
            name: 'accuracy',
            train: 'accuracy',
            validation: 'validationAccuracy',
            best: 'highest',
          }),
        ],
      },
      ...(history.length > 0 ? [ratePanel(history, epochs)] : []),
    ],
  };
  const description = `Line charts of loss and accuracy, ${heading}. ${notes.join('. ')}`.trim();
  return chart(spec, description, [`${title}: ${heading}`, ...notes, ...tabulateHistory(history)].join('\n'));
}

/** The planned epochs, halved as long as at least 20 and twice those done fit in. */
function axisEnd(done: number, planned: number): number {
  let end = planned;
  while (end / 2 >= Math.max(20, 2 * done)) end = Math.ceil(end / 2);
  return Math.max(end, done);
}

/** JSON knows neither NaN nor Infinity, and Vega leaves a gap for null. */
function finiteOrNull(record: EpochRecord): object {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, Number.isFinite(value) ? value : null]));
}
