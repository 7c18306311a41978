import type { Variant } from '../../training';

/** The variants that a recommendation chooses from, from the fewest trained layers to the most. */
export const advisedVariants = ['feature-extraction', 'hybrid', 'fine-tune-all'] as const satisfies readonly Variant[];
/** How much of a network to train: one of the variants of `train` that `recommendBackbone` chooses from. */
export type AdvisedVariant = (typeof advisedVariants)[number];

/** Epochs of a training with early stopping; about the default of `train`. */
const EPOCHS = 20;
/** Cost of a training step in forward passes: the gradients of the activations and of the weights cost one each. */
const STEP = 3;
/** The part of the computation in the blocks that the variant hybrid trains. */
const UPPER = 0.25;

/**
 * Estimate the minutes of a training, without decoding. The frozen part is computed once for each picture, the trained part in
 * each of 20 epochs, forwards and backwards; the cost of the head is neglected.
 *
 * @param pictures number of training pictures
 * @param milliseconds of one forward pass of one picture
 */
export function trainingMinutes(variant: AdvisedVariant, pictures: number, milliseconds: number): number {
  const passes = {
    'feature-extraction': 1,
    hybrid: 1 - UPPER + EPOCHS * STEP * UPPER,
    'fine-tune-all': EPOCHS * STEP,
  }[variant];
  return (pictures * milliseconds * passes) / 60_000;
}

/**
 * With fewer pictures of a class, only the head should be trained, whatever they show: to train more shows no gain with 3 emoji of each
 * (chapter 07), nor with 5 photos or sign digits (bench/RECIPES.md).
 */
const VERY_FEW = 10;
/** With fewer pictures of a class that are like photos, the head should be trained first: to train more brings some two points. */
const FEW = 30;
/** With at least so many pictures of a class, the whole network can be trained. */
const MANY = 1000;

/**
 * The variant that suits a dataset: more trained layers for more pictures, and from ten of a class on one step more where they are
 * unlike photos, because the higher a layer, the less its features transfer to other domains (Yosinski et al. 2014).
 */
export function suitableVariant(picturesAClass: number, likePhotos: boolean): AdvisedVariant {
  if (picturesAClass < VERY_FEW) return 'feature-extraction';
  const step = picturesAClass < FEW ? 0 : picturesAClass < MANY ? 1 : 2;
  return advisedVariants[Math.min(advisedVariants.length - 1, step + (likePhotos ? 0 : 1))]!;
}
