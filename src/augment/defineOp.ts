import type { Augmentation, Step } from './augmentation';
import { runOps } from './run';

/**
 * Make an operation from its name, its settings and its computation.
 *
 * @param settings all that determines the result together with the random numbers; values that JSON can hold
 */
export function defineOp(name: string, settings: Record<string, unknown>, step: Step): Augmentation {
  const op: Augmentation = {
    name,
    settings,
    step,
    get ops() {
      return [op];
    },
    apply: runOps(name, () => [op]),
  };
  return op;
}
