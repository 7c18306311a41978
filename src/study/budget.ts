import { shown, UserError } from '../core/errors';
import { checkNumber, withDefaults } from '../core/options';

/** How bad configurations are stopped early. */
export type Pruning = 'none' | 'median' | 'halving' | 'asha';

const prunings: readonly Pruning[] = ['none', 'median', 'halving', 'asha'];

/** Limits of a study, and how to stop runs early. */
export interface Budget {
  /** the most runs that one call starts. Default: no limit */
  runs?: number;
  /** minutes after which a call starts no further run. Default: no limit */
  minutes?: number;
  /**
   * Stop bad configurations early, except for the baseline. Default: `none`
   *
   * - `median` (Golovin et al. 2017, Vizier): stop a run, and skip further runs of its configuration, if the best of what the study
   *   monitors so far is worse than the median of the earlier runs' mean up to that epoch.
   * - `halving` (Karnin et al. 2013, sequential halving): after each part of the seeds, only the better half of the configurations
   *   continues.
   * - `asha` (Li et al. 2020, asynchronous successive halving): the run of each configuration's first seed pauses after a part of its
   *   epochs. Whenever a run can start, the best third of those that have paused there continues, up to three times as many epochs,
   *   without waiting for the others. Configurations that complete their first run also run the other seeds.
   */
  pruning?: Pruning;
  /** for `asha`: one in so many runs continues, for so many times as many epochs; a whole number, 2 to 100. Default: 3 */
  reduction?: number;
  /** for `asha`: the fewest epochs after which a run pauses. Default: 1 */
  minEpochs?: number;
}

export const NO_BUDGET: Required<Budget> = {
  runs: Infinity,
  minutes: Infinity,
  pruning: 'none',
  reduction: 3,
  minEpochs: 1,
};

/** Fill in the defaults of a budget. @throws {UserError} that names the first mistake */
export function checkBudget(given: Budget): Required<Budget> {
  const budget = withDefaults('study: budget', given, NO_BUDGET);
  if (budget.runs !== Infinity) checkNumber('study: budget.runs', budget.runs, { min: 1, integer: true });
  if (budget.minutes !== Infinity) checkNumber('study: budget.minutes', budget.minutes, { min: 0 });
  if (!prunings.includes(budget.pruning)) {
    throw new UserError(`study: unknown pruning ${shown(budget.pruning)}; it can be ${prunings.join(', ')}`);
  }
  for (const key of ['reduction', 'minEpochs'] as const) {
    if (budget.pruning === 'asha' || given[key] === undefined) continue;
    throw new UserError(`study: budget.${key} is for pruning 'asha', got pruning '${budget.pruning}': leave it out`);
  }
  checkNumber('study: budget.reduction', budget.reduction, { min: 2, max: 100, integer: true });
  checkNumber('study: budget.minEpochs', budget.minEpochs, { min: 1, max: 1e6, integer: true });
  return budget;
}
