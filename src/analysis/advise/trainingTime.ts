import type { Variant } from '../../training';

/** What a recommendation chooses from, the most thorough last. */
export const plans = ['feature-extraction', 'hybrid', 'fine-tune-all'] as const satisfies readonly Variant[];
export type Plan = (typeof plans)[number];

/** Of a training with early stopping; the default of `train` has the same order. */
const EPOCHS = 20;
/** A training step against a forward pass: the gradients of the activations and of the weights cost as much again each. */
const STEP = 3;
/** The part of the work that lies in the blocks that a hybrid trains. */
const UPPER = 0.25;

/**
 * Minutes that a training is likely to take, without decoding: the head costs nothing beside the backbone, a frozen part is
 * computed once a picture, a trained part in each of 20 epochs, forwards and backwards.
 *
 * @param pictures to train on
 * @param milliseconds of one picture's way through the network
 */
export function trainingMinutes(plan: Plan, pictures: number, milliseconds: number): number {
  const passes = {
    'feature-extraction': 1,
    hybrid: 1 - UPPER + EPOCHS * STEP * UPPER,
    'fine-tune-all': EPOCHS * STEP,
  }[plan];
  return (pictures * milliseconds * passes) / 60_000;
}

/** Below, too few pictures of a class to train more than the head. */
const FEW = 30;
/** From here on, enough of each class to train the whole network. */
const MANY = 1000;

/**
 * How much of a network a dataset suggests to train: more with more pictures, and one step more where they look unlike the
 * photos it learned from, as features are the less general the higher they lie (Yosinski et al. 2014).
 */
export function suitablePlan(picturesAClass: number, likePhotos: boolean): Plan {
  const step = picturesAClass < FEW ? 0 : picturesAClass < MANY ? 1 : 2;
  return plans[Math.min(plans.length - 1, step + (likePhotos ? 0 : 1))]!;
}
