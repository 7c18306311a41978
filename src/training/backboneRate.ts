import { UserError } from '../core/errors';
import type { Listener } from '../core/listener';
import { counted } from '../core/text';
import type { Dataset } from '../data';
import { type DomainSimilarity, domainSimilarity } from '../features/domain/domainSimilarity';
import type { Backbone } from '../models';
import type { RecipeLine } from './recipes';
import type { TrainSettings } from './settings/types';
import { variantEntry } from './variants';

/** Fewer pictures than for a report: only the verdict counts. */
const PICTURES = 64;

/**
 * The learning rate of the backbone by how much the pictures look like those that it was trained on. Where they do, its features are
 * nearly right, and a high rate spoils more than a small set can teach; where they do not, a low rate leaves most of the gain.
 * Measured with `bench/recipes`.
 */
export const backboneRates: Record<DomainSimilarity['verdict'], { rate: number; because: string }> = {
  similar: { rate: 1e-4, because: 'the pictures look like the photos that the backbone was trained on' },
  different: { rate: 1e-3, because: 'the pictures look unlike the photos that the backbone was trained on' },
  far: { rate: 1e-3, because: 'the pictures look nothing like the photos that the backbone was trained on' },
  unknown: {
    rate: 3e-4,
    because: 'it is not known how much the pictures look like those that the backbone was trained on',
  },
};

/** From so many training pictures on a rate may be high: fewer make few steps, and a high rate leads far away on little evidence. */
export const FEW_PICTURES = 100;
/** The highest rate with fewer. */
export const RATE_FOR_FEW = 3e-4;

/** Whether a recipe leaves the learning rate of the backbone to what the pictures look like. */
export const isLeftToPictures = ({ recipe, backboneLearningRate, variant }: TrainSettings): boolean =>
  recipe !== 'none' && backboneLearningRate === 0 && variantEntry(variant).trains !== 'head';

/** Chooses the learning rate of the backbone for pictures. @param dataset of which only the training pictures are looked at */
export async function chooseBackboneRate(
  dataset: Dataset,
  train: Dataset['examples'],
  backbone: Backbone,
  listener: Listener,
): Promise<RecipeLine & { value: number }> {
  const { rate, because } = backboneRates[await verdictOf({ ...dataset, examples: train }, backbone, listener)];
  if (rate > RATE_FOR_FEW && train.length < FEW_PICTURES) {
    const reason = `${because}, and ${counted(train.length, 'picture')} are too few for a high rate`;
    return { setting: 'backboneLearningRate', value: RATE_FOR_FEW, because: reason };
  }
  return { setting: 'backboneLearningRate', value: rate, because };
}

async function verdictOf(dataset: Dataset, backbone: Backbone, listener: Listener) {
  try {
    return (await domainSimilarity(dataset, backbone, { pictures: PICTURES, listener })).verdict;
  } catch (error) {
    if (error instanceof UserError) return 'unknown'; // too few pictures can be read, weights of one's own, or training is stopped
    throw error;
  }
}
