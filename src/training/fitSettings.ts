import { UserError } from '../core/errors';
import type { Listener } from '../core/listener';
import { checkNumber, withDefaults } from '../core/options';
import type { FrozenRowsOptions } from '../features';
import type { FrozenRows } from '../features/frozenRows';
import { RATE_RANGE } from '../layers';
import type { ClippingOptions } from './clipping';
import type { EarlyStoppingOptions } from './earlyStopping';
import type { LossOptions } from './losses';
import type { OptimizerOptions } from './optimizers';
import type { ScheduleOptions } from './schedules';
import { checkSetting } from './settings/table';

/** Layers that train at a learning rate of their own. */
export interface LearningRateGroup {
  name: string;
  layers: readonly string[];
  learningRate: number;
}

/** How what lies below the lowest trainable layer is kept. */
export interface FitCacheOptions extends Omit<FrozenRowsOptions, 'listener'> {
  /**
   * rows of the frozen part that are there already, such as those computed while the pictures were decoded
   *
   * @internal
   */
  rows?: FrozenRows;
}

export interface FitOptions {
  /** times through the training data; default 20 */
  epochs?: number;
  /** examples a step; default 32 */
  batchSize?: number;
  /** of all layers that are in no group; default 1e-3 */
  learningRate?: number;
  /** layers with learning rates of their own; the schedule moves all rates alike */
  groups?: readonly LearningRateGroup[];
  /** how the learning rates move; default 'constant' */
  schedule?: ScheduleOptions;
  /** epochs in which the rates rise from 0 first, fractions allowed; default 0 */
  warmUp?: number;
  /** default 'adam' */
  optimizer?: OptimizerOptions;
  /** default 'auto': binary cross-entropy for one output, else cross-entropy */
  loss?: LossOptions;
  /** how much each class weighs in the training loss; default: all the same */
  classWeights?: 'balanced' | readonly number[];
  /** bound on the gradients; default none */
  clipping?: ClippingOptions;
  /** batches whose mean gradient makes one step: large batches in little memory; default 1 */
  accumulate?: number;
  /** momentum of a moving average of the weights, such as 0.99, which the model ends with; default 0: none */
  averaging?: number;
  /** end when validation no longer improves; default: train all epochs */
  earlyStopping?: EarlyStoppingOptions;
  /** folder for the state after each epoch (last) and the weights of the best (best); default none */
  checkpoint?: string;
  /** go on from the folder's last state, if there is one; default false */
  resume?: boolean;
  /** whether what lies below the lowest trainable layer is computed once, and how much room that may take; default true */
  cache?: boolean | FitCacheOptions;
  /**
   * Run a step as one TensorFlow graph instead of operation by operation: faster for large models and many steps, and the
   * same up to the last bits; default 'auto': where it pays. Of accumulated steps the batches are graphs. What cannot be a
   * graph runs op by op, which the listener is told once.
   */
  graph?: boolean | 'auto';
  /** decides the order of examples and the dropout masks; default 0 */
  seed?: number;
  listener?: Listener;
}

export type FitSettings = Required<Omit<FitOptions, 'classWeights' | 'clipping' | 'earlyStopping' | 'checkpoint'>> &
  Pick<FitOptions, 'classWeights' | 'clipping' | 'earlyStopping' | 'checkpoint'>;

/** @throws {UserError} on an unknown option or a number out of range */
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
    earlyStopping: undefined,
    checkpoint: undefined,
    resume: false,
    cache: true,
    graph: 'auto',
    seed: 0,
    listener: {},
  });
  for (const name of ['epochs', 'batchSize', 'learningRate', 'warmUp', 'averaging', 'seed'] as const) {
    checkSetting('fit', name, settings[name]);
  }
  checkNumber('fit: accumulate', settings.accumulate, { min: 1, integer: true });
  for (const { name, learningRate } of settings.groups)
    checkNumber(`fit: learningRate of '${name}'`, learningRate, RATE_RANGE);
  if (settings.resume && settings.checkpoint === undefined)
    throw new UserError('fit: resume needs a checkpoint folder');
  return settings;
}

/** What must be the same for training to go on as if it had not been interrupted; as text. */
export function comparable(settings: FitSettings): string {
  const { epochs: _, checkpoint: _1, resume: _2, cache, listener: _3, ...rest } = settings;
  // of the cache only what changes the numbers
  const low = typeof cache === 'object' && cache.precision === 'bfloat16';
  return JSON.stringify(low ? { ...rest, precision: cache.precision } : rest, (_key, value) =>
    typeof value === 'function' ? 'function' : value,
  );
}
