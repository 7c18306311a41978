import type { EpochRecord } from '../core/listener';
import { checkNumber, withDefaults } from '../core/options';
import { describeHistory, tabulateHistory } from './history';
import { curvePanel, epochDomain } from './panel';
import { ratePanel } from './ratePanel';
import { type Chart, chart } from './theme';

/** Options of {@link trainingCurves}. */
export interface CurveOptions {
  /**
   * How many epochs the training may take, at least 1: the end of the epoch axis. Default: the number of epochs in
   * `history`
   */
  planned?: number;
  /** The training has ended, perhaps before the planned epochs: the axis ends at its last epoch. Default: `false` */
  ended?: boolean;
  /** Title. Default: `'Training'` */
  title?: string;
}

/**
 * Loss and accuracy over the epochs for training and validation, with the best epoch marked, the generalization gap shaded,
 * and the learning rate below, where it changes. The title says what came of a training that has ended, such as the epoch after which
 * its validation loss rises again.
 *
 * The epoch axis covers the planned epochs from the start, so that it keeps its scale while the chart is redrawn after each
 * epoch; early in a long training it covers a half, a quarter and so on of them. Values that are not finite leave a gap, and
 * a note names the first such epoch.
 *
 * @param history one record for each epoch; empty axes when there are none
 * @throws {UserError} on an unknown option, or when `planned` is not a whole number of at least 1
 *
 * @example
 * ```ts
 * import { charts, readRun } from 'tunebook';
 *
 * charts.trainingCurves(readRun('runs/first').history, { ended: true });
 * ```
 */
export function trainingCurves(history: readonly EpochRecord[], options: CurveOptions = {}): Chart {
  const defaults: Required<CurveOptions> = { planned: Math.max(1, history.length), ended: false, title: 'Training' };
  const { planned, ended, title } = withDefaults('trainingCurves', options, defaults);
  checkNumber('trainingCurves: planned', planned, { min: 1, integer: true });
  const done = history.at(-1)?.epoch ?? 0;
  const last = ended && done > 0 ? done : axisEnd(done, planned);
  const epochs = epochDomain(last);
  const rates = new Set(history.map(({ learningRate }) => learningRate));
  const { heading, notes } = describeHistory(history, Math.max(planned, done), ended || done >= planned);
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
      ...(rates.size > 1 ? [ratePanel(history, epochs)] : []),
    ],
  };
  const description = `Line charts of loss and accuracy, ${heading}. ${notes.join('. ')}`.trim();
  return chart(spec, description, [`${title}: ${heading}`, ...notes, ...tabulateHistory(history)].join('\n'));
}

/** The planned epochs, halved while the half is at least 20 and at least twice the epochs done. */
function axisEnd(done: number, planned: number): number {
  let end = planned;
  while (end / 2 >= Math.max(20, 2 * done)) end = Math.ceil(end / 2);
  return Math.max(end, done);
}

/** JSON knows neither NaN nor Infinity, and Vega leaves a gap for null. */
function finiteOrNull(record: EpochRecord): object {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, Number.isFinite(value) ? value : null]));
}
