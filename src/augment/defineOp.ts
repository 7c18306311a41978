import type { Augmentation, Step } from './augmentation';
import { runOps } from './run';

/**
 * An op from its name, its settings and what it does.
 *
 * @param settings all that decides the result beside the random numbers; must survive JSON
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
