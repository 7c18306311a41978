import { tf, withDropoutSeed } from '../tensorflow';
import type { WeightAverages } from './averages';
import type { Clip } from './clipping';
import { countCorrect, exampleWeights, type Loss } from './losses';
import type { Optimizer } from './optimizers';

/** What a training step is made of. */
export interface StepParts {
  /** [batch, ...] to [batch, outputs] logits, as in training; the gradient goes through it */
  forward: (x: tf.Tensor) => tf.Tensor2D;
  /** what no gradient needs to go through, done before; default nothing */
  below?: (x: tf.Tensor) => tf.Tensor;
  /** the last layer below, where there is something below */
  cut?: string;
  variables: readonly tf.Variable[];
  /** for each variable, which of the learning rates is its own */
  groups: readonly number[];
  loss: Loss;
  /** [classes] */
  classWeights?: tf.Tensor1D;
  penalty?: () => tf.Scalar;
  optimizer: Optimizer;
  clip?: Clip;
  averages?: WeightAverages;
}

/** Scalars, over the batch: mean loss without the penalty, penalty, and number of examples that were right. */
export type StepResult = { loss: tf.Scalar; penalty: tf.Scalar; correct: tf.Scalar };

/**
 * One step of training as a function of tensors, so that it can be recorded as a graph: nothing in it reads a tensor, and
 * every number that changes from step to step is an input.
 *
 * - x [batch, ...], y [batch] or [batch, classes]
 * - rates [groups]
 * - numbers: {@link StepNumbers} as a vector
 * - seed int32 [2], of the dropout masks
 */
export class TrainingStep {
  /** sums of gradients over the batches of one accumulated step */
  private readonly sums: readonly tf.Variable[];

  /** @param accumulates whether gradients are gathered over several batches */
  constructor(
    private readonly parts: StepParts,
    accumulates: boolean,
  ) {
    parts.optimizer.build(parts.variables);
    const summed = accumulates ? parts.variables : [];
    this.sums = summed.map((variable) => tf.tidy(() => tf.zerosLike(variable).variable(false)));
  }

  /** Look at one batch and change the variables. */
  readonly whole = (
    x: tf.Tensor,
    y: tf.Tensor,
    rates: tf.Tensor1D,
    numbers: tf.Tensor1D,
    seed: tf.Tensor1D,
  ): StepResult =>
    tf.tidy(() => {
      const { gradients, result } = this.gradients(x, y, seed);
      this.change(gradients, rates, numbers);
      return result;
    });

  /** Look at one batch and add its gradients to the sums. */
  readonly gather = (x: tf.Tensor, y: tf.Tensor, seed: tf.Tensor1D): StepResult =>
    tf.tidy(() => {
      const { gradients, result } = this.gradients(x, y, seed);
      this.sums.forEach((sum, i) => sum.assign(sum.add(gradients[i]!)));
      return result;
    });

  /** Change the variables by the mean of the gathered gradients, and begin new sums. */
  readonly release = (rates: tf.Tensor1D, numbers: tf.Tensor1D): void =>
    tf.tidy(() => {
      const share = numbers.slice(1, 1).squeeze<tf.Scalar>();
      this.change(
        this.sums.map((sum) => sum.mul(share)),
        rates,
        numbers,
      );
      for (const sum of this.sums) sum.assign(tf.zerosLike(sum));
    });

  dispose(): void {
    tf.dispose([...this.sums]);
  }

  private gradients(x: tf.Tensor, y: tf.Tensor, seed: tf.Tensor1D): { gradients: tf.Tensor[]; result: StepResult } {
    const { forward, below = (input) => input, variables, loss, classWeights, penalty } = this.parts;
    const input = below(x);
    const result: Partial<StepResult> = {};
    const { grads } = withDropoutSeed(seed, () =>
      tf.variableGrads(() => {
        const logits = forward(input);
        let losses = loss(logits, y);
        if (classWeights) losses = losses.mul(exampleWeights(y, classWeights));
        result.loss = tf.keep(losses.mean());
        result.correct = tf.keep(countCorrect(logits, y));
        result.penalty = tf.keep(penalty ? penalty() : tf.scalar(0));
        return penalty ? result.loss.add(result.penalty) : result.loss.clone();
      }, [...variables]),
    );
    // Kept beyond the inner scope only; the caller's tidy takes over.
    const { loss: mean, penalty: kept, correct } = result as StepResult;
    const own = { loss: mean.clone(), penalty: kept.clone(), correct: correct.clone() } as StepResult;
    tf.dispose([mean, kept, correct]);
    // A variable that the loss does not depend on stays where it is.
    const gradients = variables.map((variable) => grads[variable.name] ?? tf.zerosLike(variable));
    return { gradients, result: own };
  }

  private change(gradients: readonly tf.Tensor[], rates: tf.Tensor1D, numbers: tf.Tensor1D): void {
    const { variables, groups, optimizer, clip, averages } = this.parts;
    const rateOf = tf.unstack(rates) as tf.Scalar[];
    const [momentum, , ...own] = tf.unstack(numbers) as tf.Scalar[];
    const clipped = clip ? clip(gradients) : gradients;
    optimizer.apply(
      variables.map((variable, i) => ({ variable, gradient: clipped[i]!, rate: rateOf[groups[i]!]! })),
      own,
    );
    averages?.update(momentum!);
  }
}

/** The numbers of a step as {@link TrainingStep} takes them. */
export function stepNumbers(
  optimizer: Optimizer,
  averages: WeightAverages | undefined,
  step: number,
  batches = 1,
): number[] {
  return [averages?.momentumAt(step) ?? 0, 1 / batches, ...optimizer.numbers(step)];
}
