export { chooseLearningRate, type LearningRateChoice } from './chooseLearningRate';
export type { SuspectPicture } from './cleanLabels/candidates';
export { type CleanLabelsOptions, cleanLabels, type LabelCleaning } from './cleanLabels/cleanLabels';
export {
  type AugmentationExplorer,
  type ExploreAugmentationOptions,
  exploreAugmentation,
} from './exploreAugmentation/exploreAugmentation';
export {
  type ConfusionExplorer,
  type ExploreConfusionOptions,
  exploreConfusion,
} from './exploreConfusion/exploreConfusion';
export { type Interaction, type InteractOptions, interact } from './interact/interact';
export type { InteractLists, InteractValue, InteractValues } from './interact/settings';
export type { RunSource } from './shownRun';
export { type ModelTrial, type TriedPicture, type TryModelOptions, tryModel } from './tryModel/tryModel';
