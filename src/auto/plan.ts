import type { BackboneName } from '../models';
import { type Candidate, recipeEpochs, type TuningChoice, tuningCandidate, tunings } from './candidates';

/** Epochs in which the backbone trains in the rounds of successive halving, as parts of those of the recipe. */
const ROUNDS = [1 / 3, 1] as const;
/** The same, for a single training that must end sooner. */
const SHORTER = [1, 1 / 2, 1 / 4] as const;

/** What is trained in one go: all of the first round, then the better half of it for longer; or a single training. */
export interface TuningPlan {
  choices: TuningChoice[];
  /** epochs of each round */
  rounds: readonly number[];
}

/**
 * Plans the trainings of backbones by successive halving (Jamieson and Talwalkar 2016): as many of backbones and variants as can be
 * trained for a few epochs, and the better half of them for long, in the time that is left. Where there is time for less than two, it is
 * one training, as long as it can be.
 *
 * @param backbones the best first
 * @param fits whether trainings that take so many seconds in all would end in time
 * @param secondsOf estimated seconds of a training
 * @param pictures number of training pictures
 * @returns undefined if not even a short training fits
 */
export function planTuning(
  backbones: readonly BackboneName[],
  fits: (seconds: number) => boolean,
  secondsOf: (candidate: Candidate) => number,
  pictures: number,
): TuningPlan | undefined {
  const all = backbones.flatMap((backbone) => tunings.map((variant): TuningChoice => ({ backbone, variant })));
  const epochsOf = (part: number) => Math.ceil(part * recipeEpochs(tunings[0], pictures).backbone);
  const [few, many] = [epochsOf(ROUNDS[0]), epochsOf(ROUNDS[1])];
  const cost = (choice: TuningChoice, epochs: number) => secondsOf(tuningCandidate(choice, epochs, pictures));
  const cheapest = [...all].sort((a, b) => cost(a, many) - cost(b, many));
  for (let count = cheapest.length; count > 1; count--) {
    const choices = cheapest.slice(0, count);
    const first = choices.reduce((sum, choice) => sum + cost(choice, few), 0);
    const half = choices.slice(-Math.ceil(count / 2)); // at worst the most expensive ones are left
    if (fits(first + half.reduce((sum, choice) => sum + cost(choice, many), 0)))
      return { choices, rounds: [few, many] };
  }
  const single = all.flatMap((choice) =>
    choice.variant === 'hybrid' && choice.backbone === backbones[0] ? choice : [],
  );
  const shorter = [...single, ...single.map((choice) => ({ ...choice, plain: true }))];
  for (const choice of shorter) {
    const epochs = SHORTER.map(epochsOf).find((each) => fits(cost(choice, each)));
    if (epochs !== undefined) return { choices: [choice], rounds: [epochs] };
  }
  return undefined;
}
