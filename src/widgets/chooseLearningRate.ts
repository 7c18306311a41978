import { learningRateChart } from '../charts';
import { renderPng } from '../charts/render';
import { UserError } from '../core/errors';
import { printable } from '../core/escape/printable';
import { frontPart, frontStyles } from '../front/frontPart';
import type { LearningRateFinding } from '../metrics/learningRateFinding';
import { displaySymbol, type MimeBundle } from '../notebook/mime';
import { widget } from '../notebook/widget';

/** Rates that someone may type: no training uses others. */
const range = { min: 1e-10, max: 100 };

/** A learning rate that is chosen in a curve. As the last value of a cell it is a widget. */
export interface LearningRateChoice {
  /** The chosen learning rate; the valley of the curve until one is chosen. */
  readonly learningRate: number;
  /** The widget, its picture and its text as the output of a cell. */
  [displaySymbol](): Promise<MimeBundle>;
}

/**
 * Choose a learning rate in the curve of a learning-rate range test (Smith 2017): the loss at the rate under the pointer is shown,
 * and a click takes it. With the keyboard, arrow keys move along the curve; a rate can also be typed.
 *
 * @param finding from `findLearningRate`
 * @throws {UserError} when no step has a finite loss
 *
 * @example
 * ```ts
 * import { chooseLearningRate } from 'tunebook/widgets';
 *
 * const steps = [0.0001, 0.001, 0.01].map((learningRate) => ({ learningRate, loss: 1, smoothed: 1 }));
 * const choice = chooseLearningRate({ steps, valley: 0.001, steepest: null });
 * choice.learningRate; // => 0.001
 * ```
 */
export function chooseLearningRate(finding: LearningRateFinding): LearningRateChoice {
  const steps = finding.steps.filter(({ smoothed }) => Number.isFinite(smoothed));
  if (steps.length === 0) throw new UserError('chooseLearningRate: the finding has no step with a finite loss');
  const chart = learningRateChart(finding);
  const suggested = finding.valley ?? finding.steepest ?? steps[Math.floor(steps.length / 2)]!.learningRate;
  let learningRate = suggested;
  const shown = widget({
    esm: frontPart('learningRate'),
    css: frontStyles(),
    state: {
      rates: steps.map((step) => step.learningRate),
      losses: steps.map((step) => step.smoothed),
      valley: finding.valley,
      steepest: finding.steepest,
      rate: suggested,
    },
    still: () => renderPng(chart),
    text: ({ rate }) => printable(`${chart.usermeta.text}\nchosen: ${rate}`),
  });
  shown.onChange(({ rate }) => {
    if (rate === undefined) return;
    const usable = typeof rate === 'number' && rate >= range.min && rate <= range.max;
    if (usable) learningRate = rate;
    else shown.set({ rate: learningRate });
  });
  return {
    get learningRate() {
      return learningRate;
    },
    [displaySymbol]: () => shown[displaySymbol](),
  };
}
