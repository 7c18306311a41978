import { tf, withDropoutSeed } from '../tensorflow';
import type { WeightAverages } from './averages';
import type { Clip } from './clipping';
import { countCorrect, exampleWeights, type Loss } from './losses';
import type { Optimizer } from './optimizers';

/** The parts of a training step. */
export interface StepParts {
  /** [batch, ...] to [batch, outputs] logits, as in training; the gradient goes through it */
  forward: (x: tf.Tensor) => tf.Tensor2D;
  /** the part of the model that no gradient passes through, computed before `forward`; default none */
  below?: (x: tf.Tensor) => tf.Tensor;
  /** the last layer of that part, if there is one */
  cut?: string;
  variables: readonly tf.Variable[];
  /** the index of the learning rate of each variable */
  groups: readonly number[];
  loss: Loss;
  /** the weight of each class in the loss, [classes] */
  classWeights?: tf.Tensor1D;
  penalty?: () => tf.Scalar;
  optimizer: Optimizer;
  clip?: Clip;
  averages?: WeightAverages;
}

/** Scalars over the batch: mean loss without the penalty, penalty, and number of correct predictions. */
export type StepResult = { loss: tf.Scalar; penalty: tf.Scalar; correct: tf.Scalar };

/**
 * One training step as a function of tensors, so that it can be recorded as a graph: it never reads the values of a tensor, and all
 * numbers that change from step to step are inputs.
 *
 * - x [batch, ...], y [batch] or [batch, classes]
 * - rates [groups]
 * - numbers: {@link StepNumbers} as a vector
 * - seed int32 [2], of the dropout masks
 */
export class TrainingStep {
  /** sums of gradients over the batches of one accumulated step */
  private readonly sums: readonly tf.Variable[];

  /** @param accumulates whether gradients are summed over several batches */
  constructor(
    private readonly parts: StepParts,
    accumulates: boolean,
  ) {
    parts.optimizer.build(parts.variables);
    const summed = accumulates ? parts.variables : [];
    this.sums = summed.map((variable) => tf.tidy(() => tf.zerosLike(variable).variable(false)));
  }

  /** Computes the gradients of one batch and changes the variables. */
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

  /** Computes the gradients of one batch and adds them to the sums. */
  readonly gather = (x: tf.Tensor, y: tf.Tensor, seed: tf.Tensor1D): StepResult =>
    tf.tidy(() => {
      const { gradients, result } = this.gradients(x, y, seed);
      this.sums.forEach((sum, i) => sum.assign(sum.add(gradients[i]!)));
      return result;
    });

  /** Changes the variables by the mean of the summed gradients, and sets the sums to 0. */
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
    // kept beyond the inner scope only: the caller's tidy disposes of them
    const { loss: mean, penalty: kept, correct } = result as StepResult;
    const own = { loss: mean.clone(), penalty: kept.clone(), correct: correct.clone() } as StepResult;
    tf.dispose([mean, kept, correct]);
    // a variable that the loss does not depend on does not change
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

/** The numbers of a step as the vector that {@link TrainingStep} takes. */
export function stepNumbers(
  optimizer: Optimizer,
  averages: WeightAverages | undefined,
  step: number,
  batches = 1,
): number[] {
  return [averages?.momentumAt(step) ?? 0, 1 / batches, ...optimizer.numbers(step)];
}
