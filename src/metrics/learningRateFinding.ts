/** One step of the sweep. */
export interface LearningRateStep {
  learningRate: number;
  /** of the batch, without penalties */
  loss: number;
  /** running mean of the losses until here (momentum 0.98, bias corrected): what suggestions look at */
  smoothed: number;
}

export interface LearningRateFinding {
  steps: LearningRateStep[];
  /** in the middle of the longest valley of the loss: a safe, high rate; null if the loss falls nowhere */
  valley: number | null;
  /** where the loss falls most steeply over the logarithm of the rate; null if there are too few steps */
  steepest: number | null;
}

/**
 * The rates that a sweep suggests, as fastai's `lr_find` does: it leaves out the first tenth of the sweep and the last five
 * steps.
 */
export function suggestLearningRates(steps: LearningRateStep[]): LearningRateFinding {
  const middle = steps.slice(Math.floor(steps.length / 10), -5);
  return { steps, valley: valley(middle), steepest: steepest(middle) };
}

/** The middle of the longest falling subsequence of the losses, as fastai's `valley`. */
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
