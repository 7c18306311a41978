/** One training step of a learning-rate range test. */
export interface LearningRateStep {
  /** Learning rate of the step. */
  learningRate: number;
  /** Loss of its batch, without regularization penalties. */
  loss: number;
  /**
   * Exponential moving average of the losses so far (momentum 0.98 for a full batch, bias corrected), from which the
   * suggestions are computed. A smaller batch, such as the last of an epoch, counts by its number of examples.
   */
  smoothed: number;
}

/** What a learning-rate range test (Smith 2017) measured, and the rates it suggests. */
export interface LearningRateFinding {
  /** The steps, the learning rate rising. */
  steps: LearningRateStep[];
  /**
   * A safe, high learning rate, in the middle of the longest stretch over which the loss falls; null when it never
   * falls.
   */
  valley: number | null;
  /** The learning rate at which the loss falls fastest over the logarithm of the rate; null with too few steps. */
  steepest: number | null;
}

/**
 * The suggestions of fastai's `lr_find`: like it, they leave out the first tenth of the steps and the last five.
 */
export function suggestLearningRates(steps: LearningRateStep[]): LearningRateFinding {
  const middle = steps.slice(Math.floor(steps.length / 10), -5);
  return { steps, valley: valley(middle), steepest: steepest(middle) };
}

/** The middle of the longest decreasing subsequence of the losses, as fastai's `valley` has it. */
function valley(steps: readonly LearningRateStep[]): number | null {
  const lengths = steps.map(() => 1);
  let start = 0;
  let end = 0;
  for (let i = 1; i < steps.length; i++) {
    for (let j = 0; j < i; j++) {
      if (steps[i]!.smoothed < steps[j]!.smoothed && lengths[i]! < lengths[j]! + 1) lengths[i] = lengths[j]! + 1;
      if (lengths[end]! < lengths[i]!) {
        end = i;
        start = end - lengths[end]!;
      }
    }
  }
  if (end === 0) return null;
  const third = (end - start) / 3;
  return steps[start + Math.floor(third) + Math.floor(third / 2)]?.learningRate ?? null;
}

function steepest(steps: readonly LearningRateStep[]): number | null {
  let best: { slope: number; learningRate: number } | undefined;
  for (let i = 0; i + 1 < steps.length; i++) {
    const [a, b] = [steps[i]!, steps[i + 1]!];
    const slope = (b.smoothed - a.smoothed) / (Math.log(b.learningRate) - Math.log(a.learningRate));
    if (!best || slope < best.slope) best = { slope, learningRate: a.learningRate };
  }
  return best?.learningRate ?? null;
}
