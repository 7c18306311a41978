import { UserError } from '../core/errors';
import { withDefaults } from '../core/options';
import { tf } from '../tensorflow';
import { checkSetting } from './settings/check';

/** The name of a loss. */
export type LossName = 'auto' | 'sparse' | 'categorical' | 'binary' | 'focal';

/**
 * The losses that `fit` can minimize.
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * training.lossNames; // => [ 'auto', 'sparse', 'categorical', 'binary', 'focal' ]
 * ```
 */
export const lossNames: readonly LossName[] = ['auto', 'sparse', 'categorical', 'binary', 'focal'];

/** Options of the cross-entropy losses. */
export interface CrossEntropyOptions {
  /** Which loss: 'auto', 'sparse', 'categorical' or 'binary'. */
  name: Exclude<LossName, 'focal'>;
  /** The part of each label that is spread evenly over all classes, from 0 to 0.99 (Szegedy et al. 2016). Default: 0. */
  labelSmoothing?: number;
}

/** Options of the focal loss (Lin et al. 2017), which reduces the weight of examples that are predicted well. */
export interface FocalLossOptions {
  /** Which loss. */
  name: 'focal';
  /** The part of each label that is spread evenly over all classes, from 0 to 0.99. Default: 0. */
  labelSmoothing?: number;
  /** The exponent: the loss of an example is multiplied by (1 - p)^gamma. Default: 2. */
  gamma?: number;
  /** A constant factor; with one output that of the second class, while the first has 1 - alpha. Default: none. */
  alpha?: number;
}

/**
 * The loss that training minimizes, computed from logits: a name, or a name with options. 'sparse' and 'categorical' are softmax
 * cross-entropy of class indices and of one target per class; 'binary' is the logistic loss of a single output; 'focal' reduces the
 * weight of examples that are predicted well; 'auto' is binary for one output, else cross-entropy.
 */
export type LossOptions = LossName | CrossEntropyOptions | FocalLossOptions;

/** [batch, outputs] logits and targets ([batch] class indices or [batch, classes]) to [batch] losses. */
export type Loss = (logits: tf.Tensor2D, targets: tf.Tensor) => tf.Tensor1D;

/**
 * The loss as a function of logits and targets.
 *
 * @throws {UserError} on an unknown name or option, or a loss that does not suit the number of outputs
 */
export function buildLoss(options: LossOptions, outputs: number): Loss {
  const { name, ...given } = typeof options === 'string' ? { name: options } : options;
  if (!lossNames.includes(name))
    throw new UserError(`unknown loss '${String(name)}'; the losses are ${lossNames.join(', ')}`);
  const focal = name === 'focal' ? { gamma: 2, alpha: undefined as number | undefined } : {};
  const settings = withDefaults<{ labelSmoothing: number; gamma?: number; alpha?: number }>(`loss '${name}'`, given, {
    labelSmoothing: 0,
    ...focal,
  });
  checkSetting(`loss '${name}'`, 'labelSmoothing', settings.labelSmoothing);
  if (name === 'binary' && outputs !== 1)
    throw new UserError(`loss 'binary' needs a model with one output, this one has ${outputs}`);
  if ((name === 'sparse' || name === 'categorical') && outputs === 1)
    throw new UserError(`loss '${name}' needs one output a class; for a single output use 'binary'`);
  return outputs === 1 ? binaryLoss(settings) : softmaxLoss(settings);
}

interface Settings {
  labelSmoothing: number;
  gamma?: number;
  alpha?: number;
}

/** Label smoothing as Szegedy et al. 2016 (Rethinking the Inception architecture); focal as Lin et al. 2017. */
function softmaxLoss({ labelSmoothing, gamma, alpha = 1 }: Settings): Loss {
  return (logits, given) => {
    const classes = logits.shape[1];
    let targets = oneHot(given, classes);
    if (labelSmoothing > 0) targets = targets.mul(1 - labelSmoothing).add(labelSmoothing / classes);
    const crossEntropy = tf.logSoftmax(logits).mul(targets).neg(); // [batch, classes]
    if (gamma === undefined) return crossEntropy.sum(1);
    const weight = tf.scalar(1).sub(tf.softmax(logits)).pow(tf.scalar(gamma)).mul(alpha);
    return crossEntropy.mul(weight).sum(1);
  };
}

function binaryLoss({ labelSmoothing, gamma, alpha }: Settings): Loss {
  return (outputs, given) => {
    const logits = outputs.squeeze([1]) as tf.Tensor1D;
    let target = secondClass(given); // [batch]
    if (labelSmoothing > 0) target = target.mul(1 - labelSmoothing).add(labelSmoothing / 2);
    // log(1 + e^z) - z y: its gradient is also correct at 0, where that of tf.losses.sigmoidCrossEntropy is not
    const crossEntropy = tf.softplus(logits).sub(logits.mul(target)) as tf.Tensor1D;
    if (gamma === undefined) return crossEntropy;
    const one = tf.scalar(1);
    const p = tf.sigmoid(logits);
    const likely = target.mul(p).add(one.sub(target).mul(one.sub(p)));
    const weighted = crossEntropy.mul(one.sub(likely).pow(tf.scalar(gamma))) as tf.Tensor1D;
    if (alpha === undefined) return weighted;
    return weighted.mul(target.mul(alpha).add(one.sub(target).mul(1 - alpha)));
  };
}

/** One-hot targets, [batch, classes], of class indices [batch]; targets of that shape are returned as they are. */
function oneHot(targets: tf.Tensor, classes: number): tf.Tensor {
  return targets.rank === 1 ? tf.oneHot(targets as tf.Tensor1D, classes).toFloat() : targets.toFloat();
}

/** The target of the second of two classes for each example, [batch]. */
function secondClass(targets: tf.Tensor): tf.Tensor1D {
  if (targets.rank === 1) return targets.toFloat() as tf.Tensor1D;
  const column = targets.shape[1]! - 1; // [batch, 2], or [batch, 1]
  return (targets as tf.Tensor2D).slice([0, column], [-1, 1]).squeeze([1]);
}

/** The number of examples whose most likely class is correct; a scalar. */
export function countCorrect(logits: tf.Tensor2D, targets: tf.Tensor): tf.Scalar {
  if (logits.shape[1] === 1) {
    const predicted = logits.squeeze([1]).greater(0);
    return predicted.equal(secondClass(targets).greater(0.5)).toFloat().sum();
  }
  const labels = targets.rank === 1 ? targets : targets.argMax(1);
  return logits.argMax(1).equal(labels.toInt()).toFloat().sum();
}

/** The weight of each example, [batch], from those of the classes, [classes]. */
export function exampleWeights(targets: tf.Tensor, weights: tf.Tensor1D): tf.Tensor1D {
  // not tf.gather, which reads the indices in JavaScript: a graph cannot do that
  return oneHot(targets, weights.size).mul(weights).sum(1);
}

/**
 * The weight of each class: the numbers given, or 'balanced' as in scikit-learn: n / (classes x examples of the class), so that all
 * classes count the same in sum.
 *
 * @throws {UserError} if there is not one number for each class, or a class has no examples
 */
export function classWeights(given: 'balanced' | readonly number[], labels: Int32Array, classes: number): Float32Array {
  if (given !== 'balanced') {
    if (!Array.isArray(given) || given.length !== classes || !given.every((weight) => weight >= 0)) {
      throw new UserError(`fit: classWeights must be 'balanced' or ${classes} numbers >= 0, got ${String(given)}`);
    }
    return Float32Array.from(given);
  }
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]!++;
  const missing = counts.indexOf(0);
  if (missing >= 0) throw new UserError(`fit: classWeights 'balanced': class ${missing} has no training example`);
  return Float32Array.from(counts, (count) => labels.length / (classes * count));
}
