import { UserError } from '../core/errors';
import { checkNumber, withDefaults } from '../core/options';
import { tf } from '../tensorflow';

/** An upper bound on the gradients: exactly one of these. */
export interface ClippingOptions {
  /** The largest absolute value of each number of a gradient. */
  value?: number;
  /** The largest Euclidean norm of the gradient of each variable. */
  norm?: number;
  /** The largest norm of all gradients together (Pascanu, Mikolov and Bengio 2013); 1 is a common choice. */
  globalNorm?: number;
}

export type Clip = (gradients: readonly tf.Tensor[]) => tf.Tensor[];

/** The function that clips gradients. @throws {UserError} unless exactly one bound is given, a number above 0 */
export function buildClipping(options: ClippingOptions): Clip {
  const { value, norm, globalNorm } = withDefaults<ClippingOptions>('clipping', options, {
    value: undefined,
    norm: undefined,
    globalNorm: undefined,
  });
  const [bound, ...others] = [value, norm, globalNorm].filter((number) => number !== undefined);
  if (bound === undefined || others.length > 0) {
    throw new UserError(`clipping takes one of value, norm and globalNorm, got ${JSON.stringify(options)}`);
  }
  checkNumber('clipping', bound, { min: Number.MIN_VALUE });
  if (value !== undefined) return (gradients) => gradients.map((gradient) => gradient.clipByValue(-value, value));
  if (norm !== undefined) {
    return (gradients) => gradients.map((gradient) => gradient.mul(shrink(gradient.square().sum(), norm)));
  }
  return (gradients) => {
    const factor = shrink(tf.addN(gradients.map((gradient) => gradient.square().sum())), bound);
    return gradients.map((gradient) => gradient.mul(factor));
  };
}

/** The factor that scales a vector of this squared length down to the bound; 1 if it is shorter. */
function shrink(squared: tf.Tensor, bound: number): tf.Tensor {
  return tf.scalar(bound).div(tf.maximum(squared.sqrt(), bound));
}
