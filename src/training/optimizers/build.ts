import { UserError } from '../../core/errors';
import { withDefaults } from '../../core/options';
import { Adagrad, type AdagradOptions } from './adagrad';
import { Adam, type AdamOptions, AdamW, type AdamWOptions } from './adam';
import type { Optimizer } from './optimizer';
import { RmsProp, type RmsPropOptions } from './rmsprop';
import { Sgd, type SgdOptions } from './sgd';

/** The name of an optimizer. */
export type OptimizerName = 'sgd' | 'momentum' | 'rmsprop' | 'adam' | 'adamw' | 'adagrad';

/**
 * The optimizers that `fit` and `train` know.
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * training.optimizerNames; // => [ 'sgd', 'momentum', 'rmsprop', 'adam', 'adamw', 'adagrad' ]
 * ```
 */
export const optimizerNames: readonly OptimizerName[] = ['sgd', 'momentum', 'rmsprop', 'adam', 'adamw', 'adagrad'];

/** The name of an optimizer together with its options. */
export type NamedOptimizer<Name extends OptimizerName, Options> = {
  /** Which optimizer. */
  name: Name;
} & Options;

/** An optimizer: a name, or a name with options such as `{ name: 'sgd', momentum: 0.9 }`. */
export type OptimizerOptions =
  | OptimizerName
  | NamedOptimizer<'sgd' | 'momentum', SgdOptions>
  | NamedOptimizer<'rmsprop', RmsPropOptions>
  | NamedOptimizer<'adam', AdamOptions>
  | NamedOptimizer<'adamw', AdamWOptions>
  | NamedOptimizer<'adagrad', AdagradOptions>;

const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

/**
 * Makes an optimizer. 'momentum' is SGD with a momentum of 0.9.
 *
 * @throws {UserError} on an unknown name or option
 */
export function buildOptimizer(options: OptimizerOptions): Optimizer {
  const { name, ...numbers } = typeof options === 'string' ? { name: options } : options;
  const filled = <T extends object>(defaults: T): T =>
    withDefaults(`optimizer '${name}'`, numbers as Partial<T>, defaults);
  switch (name) {
    case 'sgd':
      return new Sgd(filled<Required<SgdOptions>>({ momentum: 0, nesterov: false }));
    case 'momentum':
      return new Sgd(filled<Required<SgdOptions>>({ momentum: 0.9, nesterov: false }));
    case 'rmsprop':
      return new RmsProp(filled<Required<RmsPropOptions>>({ rho: 0.9, momentum: 0, epsilon: 1e-7 }));
    case 'adam':
      return new Adam(filled<Required<AdamOptions>>(adam));
    case 'adamw':
      return new AdamW(filled<Required<AdamWOptions>>({ ...adam, weightDecay: 0.004 }));
    case 'adagrad':
      return new Adagrad(filled<Required<AdagradOptions>>({ initialAccumulator: 0.1, epsilon: 1e-7 }));
    default:
      throw new UserError(`unknown optimizer '${String(name)}'; the optimizers are ${optimizerNames.join(', ')}`);
  }
}
