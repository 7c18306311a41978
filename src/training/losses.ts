import { UserError } from '../core/errors';
import { withDefaults } from '../core/options';
import { tf } from '../tensorflow';
import { checkSetting } from './settings/table';

export const lossNames = ['auto', 'sparse', 'categorical', 'binary', 'focal'] as const;
export type LossName = (typeof lossNames)[number];

/**
 * What is minimized, always from logits. 'sparse' and 'categorical' are softmax cross-entropy, from class indices and
 * from targets of one number a class (either takes what it is given); 'binary' is the logistic loss of a single output;
 * 'focal' weighs easy examples down, with one output or many; 'auto' is binary for one output, else cross-entropy.
 */
export type LossOptions =
  | LossName
  | { name: Exclude<LossName, 'focal'>; labelSmoothing?: number }
  | {
      name: 'focal';
      labelSmoothing?: number;
      /** how much easy examples are weighed down: by (1 - p)^gamma; default 2 */
      gamma?: number;
      /** constant factor; with one output the factor of the second class, 1 - alpha being that of the first; default: none */
      alpha?: number;
    };

/** [batch, outputs] logits and targets ([batch] class indices or [batch, classes]) to [batch] losses. */
export type Loss = (logits: tf.Tensor2D, targets: tf.Tensor) => tf.Tensor1D;

/** @throws {UserError} on an unknown name or number, or a loss that the number of outputs does not allow */
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
    // log(1 + e^z) - z y: its gradient is right at 0 too, where that of tf.losses.sigmoidCrossEntropy is not
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

/** Class indices [batch] as [batch, classes]; what is that already comes back. */
function oneHot(targets: tf.Tensor, classes: number): tf.Tensor {
  return targets.rank === 1 ? tf.oneHot(targets as tf.Tensor1D, classes).toFloat() : targets.toFloat();
}

/** How much of each example is the second of two classes: [batch]. */
function secondClass(targets: tf.Tensor): tf.Tensor1D {
  if (targets.rank === 1) return targets.toFloat() as tf.Tensor1D;
  const column = targets.shape[1]! - 1; // [batch, 2], or [batch, 1]
  return (targets as tf.Tensor2D).slice([0, column], [-1, 1]).squeeze([1]);
}

/** How many examples have their likeliest class right; a scalar. */
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
  // no tf.gather: it looks at the indices in JavaScript, which no graph can
  return oneHot(targets, weights.size).mul(weights).sum(1);
}

/**
 * Weights of the classes: numbers given, or 'balanced' as in scikit-learn: n / (classes x examples of the class), so that
 * each class weighs the same in sum.
 *
 * @throws {UserError} if their number is not that of the classes, or a class has no example to balance
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
