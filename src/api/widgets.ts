/**
 * Interactive outputs of cells, which share their state with the browser: ready-made ones, and widgets of your own.
 *
 * @module
 */

import '../core/packages'; // before whatever imports a package

export { type Still, type Widget, type WidgetOptions, widget } from '../notebook/widget';
export {
  type AugmentationExplorer,
  type CleanLabelsOptions,
  type ConfusionExplorer,
  chooseLearningRate,
  cleanLabels,
  type ExploreAugmentationOptions,
  type ExploreConfusionOptions,
  exploreAugmentation,
  exploreConfusion,
  type Interaction,
  type InteractLists,
  type InteractOptions,
  type InteractValue,
  type InteractValues,
  interact,
  type LabelCleaning,
  type LearningRateChoice,
  type ModelTrial,
  type RunSource,
  type SuspectPicture,
  type TriedPicture,
  type TryModelOptions,
  tryModel,
} from '../widgets';
