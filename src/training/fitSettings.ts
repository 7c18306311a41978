import { shown, UserError } from '../core/errors';
import type { Listener } from '../core/listener';
import { checkNumber, withDefaults } from '../core/options';
import type { FrozenRowsOptions } from '../features';
import type { FrozenRows } from '../features/frozenRows';
import { RATE_RANGE } from '../layers';
import { type Monitor, monitors } from '../metrics/measures';
import { availablePrecision, type Precision } from '../tensorflow/graph';
import type { ClippingOptions } from './clipping';
import type { EarlyStoppingOptions } from './earlyStopping';
import type { LossOptions } from './losses';
import type { OptimizerOptions } from './optimizers';
import { Plateau } from './plateau';
import type { ScheduleOptions } from './schedules';
import { checkSetting } from './settings/check';
import type { InterpolationName, MixingName } from './settings/choices';

/** Layers with their own learning rate. */
export interface LearningRateGroup {
  /** The name of the group, for messages. */
  name: string;
  /** The names of the layers. */
  layers: readonly string[];
  /** The learning rate of these layers, 0 or more. */
  learningRate: number;
}

/** How the outputs of frozen layers are kept. */
export interface FitCacheOptions extends Omit<FrozenRowsOptions, 'listener'> {
  /**
   * rows of the frozen part that are there already, such as those computed while the pictures were decoded
   *
   * @internal
   */
  rows?: FrozenRows;
}

/** Options of {@link fit}. */
export interface FitOptions {
  /** How many times training goes through the training data. Default: 20. */
  epochs?: number;
  /** Examples in each training step. Default: 32. */
  batchSize?: number;
  /** The learning rate of all layers that are in no group. Default: 0.001. */
  learningRate?: number;
  /** Layers with their own learning rates; the schedule scales all rates by the same factor. Default: none. */
  groups?: readonly LearningRateGroup[];
  /** How the learning rates change during training. Default: 'constant'. */
  schedule?: ScheduleOptions;
  /** Over how many epochs the learning rates rise from 0 at the beginning; fractions are allowed. Default: 0. */
  warmUp?: number;
  /** The method that changes the weights along their gradients. Default: 'adam'. */
  optimizer?: OptimizerOptions;
  /** The loss to minimize. Default: 'auto', binary cross-entropy for one output, else cross-entropy. */
  loss?: LossOptions;
  /** The weight of each class in the training loss, or 'balanced': all classes count the same in sum. Default: all pictures count the same. */
  classWeights?: 'balanced' | readonly number[];
  /** An upper bound on the gradients. Default: none. */
  clipping?: ClippingOptions;
  /** How many batches are averaged into one step, for large batches in little memory. Default: 1. */
  accumulate?: number;
  /**
   * The part of the training that a moving average of the weights reaches back over, such as 0.1; the model ends with the average.
   * Default: 0, no average.
   */
  averaging?: number;
  /**
   * Whether the inputs of a batch and their labels are mixed in pairs: by 'mixup', or by 'cutmix' where they have height and width.
   * Outputs of frozen layers are mixed after they were computed. Default: 'none'.
   */
  mixing?: MixingName;
  /**
   * Whether the final weights are those of the last epoch, or a mean of them and those before training, which the validation data
   * choose. Default: 'none'.
   */
  interpolation?: InterpolationName;
  /** When training ends early because the model no longer improves. Default: it trains all epochs. */
  earlyStopping?: EarlyStoppingOptions;
  /**
   * A measure of the validation data that each epoch records beside loss and accuracy: 'macroF1' or 'auc'. Default: none, except
   * what `earlyStopping` monitors.
   */
  measure?: Monitor;
  /**
   * After how many epochs the validation data are evaluated again, 1 or more; `Infinity`: only after the last epoch, which always is. What
   * is trained stays the same, bit for bit, so it must be 1 where something is decided after every epoch: with `earlyStopping` or the
   * schedule 'reduce-on-plateau'. Default: 1.
   */
  validateEvery?: number;
  /** The folder for the state after each epoch and the weights of the best epoch. Default: none. */
  checkpoint?: string;
  /** Whether training continues from the state in `checkpoint`, if there is one. Default: false. */
  resume?: boolean;
  /** Whether the outputs of frozen layers are computed once and kept, and how much space that may take. Default: true. */
  cache?: boolean | FitCacheOptions;
  /**
   * Whether each step runs as one compiled TensorFlow graph instead of operation by operation: faster for large models and many
   * steps, with the same results up to rounding. Where it is not possible, operations run one by one, and the listener is told.
   * Default: 'auto', where it is faster.
   */
  graph?: boolean | 'auto';
  /**
   * What convolutions and matrix products of a step are computed in, where the device has it and the step is a graph. Weights, and what the
   * optimizer keeps, stay in float32. On an H200 a step of ResNet-50 (128 pictures) took 63 ms in 'bfloat16' and 73 in 'float32', one of
   * EfficientNet-Lite0 (32 pictures) 24 and 20. Default: 'float32'.
   */
  precision?: Precision;
  /** Determines the order of the examples and the dropout masks. Default: 0. */
  seed?: number;
  /** Told of progress and epochs, and asked whether to stop. Default: none. */
  listener?: Listener;
}

/** All options of {@link fit}, with defaults. */
export type FitSettings = Required<
  Omit<FitOptions, 'classWeights' | 'clipping' | 'earlyStopping' | 'measure' | 'checkpoint'>
> &
  Pick<FitOptions, 'classWeights' | 'clipping' | 'earlyStopping' | 'measure' | 'checkpoint'>;

/** Options of {@link fit} with defaults. @throws {UserError} on an unknown option or a value out of range */
export function fitSettings(options: FitOptions | undefined): FitSettings {
  const settings = withDefaults<FitSettings>('fit', options, {
    epochs: 20,
    batchSize: 32,
    learningRate: 1e-3,
    groups: [],
    schedule: 'constant',
    warmUp: 0,
    optimizer: 'adam',
    loss: 'auto',
    classWeights: undefined,
    clipping: undefined,
    accumulate: 1,
    averaging: 0,
    mixing: 'none',
    interpolation: 'none',
    earlyStopping: undefined,
    measure: undefined,
    validateEvery: 1,
    checkpoint: undefined,
    resume: false,
    cache: true,
    graph: 'auto',
    precision: 'float32',
    seed: 0,
    listener: {},
  });
  for (const name of [
    'epochs',
    'batchSize',
    'learningRate',
    'warmUp',
    'averaging',
    'mixing',
    'interpolation',
    'seed',
  ] as const) {
    checkSetting('fit', name, settings[name]);
  }
  if (settings.measure !== undefined && !monitors.includes(settings.measure)) {
    throw new UserError(`fit: unknown measure ${shown(settings.measure)}; the measures are ${monitors.join(', ')}`);
  }
  const { earlyStopping, schedule } = settings;
  const deciding = earlyStopping ? 'earlyStopping' : Plateau.of(schedule) && "schedule 'reduce-on-plateau'";
  checkValidateEvery('fit', settings.validateEvery, deciding);
  checkNumber('fit: accumulate', settings.accumulate, { min: 1, integer: true });
  for (const { name, learningRate } of settings.groups)
    checkNumber(`fit: learningRate of '${name}'`, learningRate, RATE_RANGE);
  settings.precision = availablePrecision(settings.precision, (text) => settings.listener.onMessage?.(text));
  if (settings.resume && settings.checkpoint === undefined)
    throw new UserError('fit: resume needs a checkpoint folder');
  return settings;
}

/**
 * Checks after how many epochs the validation data are evaluated.
 *
 * @param deciding the option that decides something after every epoch, if there is one
 * @throws {UserError} if it is no such number, or the deciding option would miss epochs
 */
export function checkValidateEvery(caller: string, every: number, deciding: string | undefined): void {
  if (every !== Infinity) checkNumber(`${caller}: validateEvery`, every, { min: 1, integer: true });
  if (every === 1 || deciding === undefined) return;
  throw new UserError(`${caller}: ${deciding} needs a validation after every epoch: leave out validateEvery or it`);
}

/** All that must be the same for training to continue from a checkpoint, as text. */
export function comparable(settings: FitSettings): string {
  const {
    epochs: _,
    checkpoint: _1,
    resume: _2,
    cache,
    listener: _3,
    measure: _4,
    validateEvery: _5,
    precision: steps,
    ...rest
  } = settings;
  // of the cache options only the precision and the engine change the results
  const { precision, engine } = typeof cache === 'object' ? cache : {};
  const others = {
    ...(precision === 'bfloat16' && { precision }),
    ...(steps === 'bfloat16' && { steps }),
    ...(engine !== undefined && engine !== 'tensorflow' && { engine }),
  };
  return JSON.stringify({ ...rest, ...others }, (_key, value) => (typeof value === 'function' ? 'function' : value));
}
