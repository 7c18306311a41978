import type { BackboneName } from '../models';
import { recipeLines, type TrainSettings } from '../training';

/** A training that may be made: the settings of `train`, and a name for its folder. */
export interface Candidate {
  name: string;
  settings: Partial<TrainSettings> & { backbone: BackboneName };
}

/** The ways in which the backbone trains, the cheaper first. */
export const tunings = ['hybrid', 'fine-tune-all'] as const;
export type Tuning = (typeof tunings)[number];

/** Logistic regression on features that are computed once: seconds, without anything to choose. */
export const logisticCandidate = (backbone: BackboneName): Candidate => ({
  name: `${backbone}-logistic`,
  settings: { backbone, variant: 'feature-extraction', head: 'logistic' },
});

/** A head with a hidden layer on the same features. */
export const denseCandidate = (backbone: BackboneName): Candidate => ({
  name: `${backbone}-dense`,
  settings: { backbone, variant: 'feature-extraction', head: 'dense' },
});

/** A linear head that is trained on augmented views. */
export const augmentedCandidate = (backbone: BackboneName): Candidate => ({
  name: `${backbone}-augmented`,
  settings: { backbone, variant: 'feature-extraction-augmented' },
});

/** The epochs of the head and of the backbone that the recommended recipe chooses for so many training pictures. */
export function recipeEpochs(variant: Tuning, pictures: number): { head: number; backbone: number } {
  const lines = new Map(recipeLines({ variant }, pictures).map(({ setting, value }) => [setting, value as number]));
  const head = lines.get('headEpochs')!;
  return { head, backbone: lines.get('epochs')! - head };
}

/**
 * The recommended recipe with so many epochs in which the backbone trains.
 *
 * @param pictures number of training pictures, on which the epochs of the head depend
 */
export function tuningCandidate(
  { backbone, variant, seed, plain = false }: TuningChoice,
  epochs: number,
  pictures: number,
): Candidate {
  const headEpochs = recipeEpochs(variant, pictures).head;
  return {
    name: `${backbone}-${variant}${plain ? '-plain' : ''}-${epochs}${seed === undefined ? '' : `-seed-${seed}`}`,
    settings: {
      ...{ backbone, variant, headEpochs, epochs: headEpochs + epochs },
      ...(plain && { augment: 'none' as const }),
      ...(seed !== undefined && { seed }),
    },
  };
}

/** What of a backbone trains, and how. */
export interface TuningChoice {
  backbone: BackboneName;
  variant: Tuning;
  /** of the training, where it is not that of the search */
  seed?: number;
  /** without augmentation, which takes less time */
  plain?: boolean;
}
