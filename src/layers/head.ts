import { UserError } from '../core/errors';
import { checkNumber, withDefaults } from '../core/options';
import { tf } from '../tensorflow';

/** What `dropout` of a head can be. */
export const DROPOUT_RANGE = { min: 0, max: 0.99 };
/** What the factor of an L2 penalty can be. */
export const L2_RANGE = { min: 0 };

/** Options of every head. */
export interface HeadOptions {
  /** Fraction of the features that dropout sets to 0 in training (Srivastava et al. 2014), 0 to 0.99. Default: 0.2; 0.5 in `buildDenseHead`. */
  dropout?: number;
  /** Seed of the initial weights (Glorot uniform). Default: 0. */
  seed?: number;
}

/**
 * Build a linear head: dropout and one dense layer, from pooled features to logits.
 *
 * @param features length of the feature vector
 * @param classes number of classes, at least 2
 * @returns `[batch, features]` to `[batch, classes]` logits
 * @throws {UserError} when an option is unknown or a number is out of its range
 *
 * @example
 * ```ts
 * import { buildHead } from 'tunebook';
 *
 * const head = buildHead(1280, 5, { dropout: 0.3 });
 * head.countParams(); // => 6405
 * ```
 */
export function buildHead(features: number, classes: number, options?: HeadOptions): tf.LayersModel {
  const { dropout, seed } = withDefaults('buildHead', options, { dropout: 0.2, seed: 0 });
  check('buildHead', classes, dropout);
  return tf.sequential({
    name: 'head',
    layers: [tf.layers.dropout({ name: 'dropout', rate: dropout, inputShape: [features] }), logits(classes, seed)],
  });
}

/** Options of `layers.buildPoolingHead`. */
export interface PoolingHeadOptions extends HeadOptions {
  /** Whether global pooling takes the average or the maximum of each channel. Default: 'average'. */
  pooling?: 'average' | 'max';
}

/**
 * Build a head over feature maps: global pooling, dropout and one dense layer (Lin, Chen and Yan 2014, Network in Network).
 *
 * @param shape `[height, width, channels]` of one feature map
 * @param classes number of classes, at least 2
 * @returns `[batch, height, width, channels]` to `[batch, classes]` logits
 * @throws {UserError} when an option is unknown or a number is out of its range
 *
 * @example
 * ```ts
 * import { attachHead, layers, loadBackbone } from 'tunebook';
 *
 * const { model } = await loadBackbone('mobilenet-v1-0.25', { inputSize: 96, weights: 'none' });
 * const head = layers.buildPoolingHead([6, 6, 128], 3, { pooling: 'max' });
 * attachHead(model, head, { at: 'conv_pw_11_relu' }).outputs[0]?.shape; // => [ null, 3 ]
 * ```
 */
export function buildPoolingHead(
  shape: readonly number[],
  classes: number,
  options?: PoolingHeadOptions,
): tf.LayersModel {
  const { dropout, seed, pooling } = withDefaults<Required<PoolingHeadOptions>>('buildPoolingHead', options, {
    dropout: 0.2,
    seed: 0,
    pooling: 'average',
  });
  check('buildPoolingHead', classes, dropout);
  if (pooling !== 'average' && pooling !== 'max')
    throw new UserError(`buildPoolingHead: pooling is 'average' or 'max', got '${String(pooling)}'`);
  const settings = { name: 'pooling', inputShape: [...shape] };
  const pool =
    pooling === 'average' ? tf.layers.globalAveragePooling2d(settings) : tf.layers.globalMaxPooling2d(settings);
  return tf.sequential({
    name: 'head',
    layers: [pool, tf.layers.dropout({ name: 'dropout', rate: dropout }), logits(classes, seed)],
  });
}

/** Options of `buildDenseHead`. */
export interface DenseHeadOptions extends HeadOptions {
  /** Number of units of the hidden layer. Default: 256. */
  units?: number;
  /** Factor of the L2 penalty: the loss gets this times the sum of squares of the hidden layer's kernel. Default: 0.01. */
  l2?: number;
}

/**
 * Build a head with a hidden layer: flatten, 256 dense units with ReLU and an L2 penalty, dropout 0.5, and the logits. It is the
 * head of many tutorials on fine-tuning VGG.
 *
 * For two classes it has a single logit, whose sigmoid is the probability of the second class; the losses, `evaluate` and
 * `predict` know that.
 *
 * @param shape of the features of one example, such as `[7, 7, 512]` or `[1280]`
 * @param classes number of classes, at least 2
 * @returns `[batch, ...shape]` to `[batch, classes]` logits, or to `[batch, 1]` for two classes
 * @throws {UserError} when an option is unknown or a number is out of its range
 *
 * @example
 * ```ts
 * import { buildDenseHead } from 'tunebook';
 *
 * const head = buildDenseHead([7, 7, 512], 10, { units: 128 });
 * head.outputs[0]?.shape; // => [ null, 10 ]
 * ```
 */
export function buildDenseHead(shape: readonly number[], classes: number, options?: DenseHeadOptions): tf.LayersModel {
  const { units, l2, dropout, seed } = withDefaults<Required<DenseHeadOptions>>('buildDenseHead', options, {
    units: 256,
    l2: 0.01,
    dropout: 0.5,
    seed: 0,
  });
  check('buildDenseHead', classes, dropout);
  checkNumber('buildDenseHead: units', units, { min: 1, integer: true });
  checkNumber('buildDenseHead: l2', l2, L2_RANGE);
  const inputShape = [...shape];
  const flat = shape.length === 1; // the flatten layer of TensorFlow.js refuses vectors
  return tf.sequential({
    name: 'head',
    layers: [
      ...(flat ? [] : [tf.layers.flatten({ name: 'flatten', inputShape })]),
      tf.layers.dense({
        name: 'hidden',
        units,
        ...(flat && { inputShape }),
        activation: 'relu',
        kernelInitializer: tf.initializers.glorotUniform({ seed: seed + 1 }),
        kernelRegularizer: l2 > 0 ? tf.regularizers.l2({ l2 }) : undefined,
      }),
      tf.layers.dropout({ name: 'dropout', rate: dropout }),
      logits(classes === 2 ? 1 : classes, seed),
    ],
  });
}

const logits = (units: number, seed: number) =>
  tf.layers.dense({ name: 'logits', units, kernelInitializer: tf.initializers.glorotUniform({ seed }) });

function check(caller: string, classes: number, dropout: number): void {
  checkNumber(`${caller}: dropout`, dropout, DROPOUT_RANGE);
  checkNumber(`${caller}: classes`, classes, { min: 2, integer: true });
}
