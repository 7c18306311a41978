export { Adagrad, type AdagradOptions } from './adagrad';
export { Adam, type AdamOptions, AdamW, type AdamWOptions } from './adam';
export {
  buildOptimizer,
  type NamedOptimizer,
  type OptimizerName,
  type OptimizerOptions,
  optimizerNames,
} from './build';
export { Optimizer, type Update } from './optimizer';
export { RmsProp, type RmsPropOptions } from './rmsprop';
export { Sgd, type SgdOptions } from './sgd';
