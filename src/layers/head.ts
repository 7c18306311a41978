import { UserError } from '../core/errors';
import { checkNumber, withDefaults } from '../core/options';
import { tf } from '../tensorflow';

/** What `dropout` of a head can be. */
export const DROPOUT_RANGE = { min: 0, max: 0.99 };
/** What the factor of an L2 penalty can be. */
export const L2_RANGE = { min: 0 };

export interface HeadOptions {
  /** part of the features that is dropped in training (Srivastava et al. 2014) */
  dropout?: number;
  /** decides the first weights */
  seed?: number;
}

/**
 * A head: dropout and one dense layer from pooled features to logits.
 *
 * @param features length of the feature vector
 * @param classes number of classes
 * @returns [batch, features] to [batch, classes]
 */
export function buildHead(features: number, classes: number, options?: HeadOptions): tf.LayersModel {
  const { dropout, seed } = withDefaults('buildHead', options, { dropout: 0.2, seed: 0 });
  check('buildHead', classes, dropout);
  return tf.sequential({
    name: 'head',
    layers: [tf.layers.dropout({ name: 'dropout', rate: dropout, inputShape: [features] }), logits(classes, seed)],
  });
}

export interface PoolingHeadOptions extends HeadOptions {
  /** how each channel becomes one number; default 'average' */
  pooling?: 'average' | 'max';
}

/**
 * A head over feature maps: global pooling, dropout and one dense layer (Lin, Chen and Yan 2014, Network in Network).
 *
 * @param shape [height, width, channels]
 * @returns [batch, height, width, channels] to [batch, classes] logits
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

export interface DenseHeadOptions extends HeadOptions {
  /** of the hidden layer; default 256 */
  units?: number;
  /** factor of the sum of squares of the hidden layer's kernel in the loss; default 0.01 */
  l2?: number;
}

/**
 * The classic head of articles on fine-tuning: Flatten, Dense 256 with ReLU and an L2 penalty, Dropout 0.5, and the logits;
 * for two classes a single logit, whose sigmoid is the probability of the second (`predict` and the loss take this into account).
 *
 * @param shape of one example's features, such as [7, 7, 512]
 * @returns [batch, ...shape] to [batch, classes] logits, or to [batch, 1] for two classes
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
  const flat = shape.length === 1; // tfjs's flatten takes no vectors
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
