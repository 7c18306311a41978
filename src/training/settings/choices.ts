export { type Monitor, monitors } from '../../metrics/measures';

/** What the setting `weights` can be: pre-trained on ImageNet, or random. */
export type WeightSource = 'imagenet' | 'random';

/**
 * What the weights of a backbone can start as.
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * training.weightSources; // => [ 'imagenet', 'random' ]
 * ```
 */
export const weightSources: readonly WeightSource[] = ['imagenet', 'random'];

/** What the setting `head` can be: one dense layer, a hidden layer before it, or one dense layer that is not trained in steps. */
export type HeadName = 'linear' | 'dense' | 'logistic';

/**
 * The heads that `train` can put on a backbone.
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * training.heads; // => [ 'linear', 'dense', 'logistic' ]
 * ```
 */
export const heads: readonly HeadName[] = ['linear', 'dense', 'logistic'];

/** What the setting `classWeights` can be: all pictures count the same, or all classes do. */
export type ClassWeighting = 'none' | 'balanced';

/**
 * How `train` can weight the classes in the training loss.
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * training.classWeightings; // => [ 'none', 'balanced' ]
 * ```
 */
export const classWeightings: readonly ClassWeighting[] = ['none', 'balanced'];

/**
 * What the setting `batchNormalization` can be: normalize with the statistics from pre-training, which stay as they are, or with those
 * of each batch, which update them.
 */
export type BatchNormalizationMode = 'inference' | 'training';

/**
 * How batch normalization can run in blocks that train.
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * training.batchNormalizationModes; // => [ 'inference', 'training' ]
 * ```
 */
export const batchNormalizationModes: readonly BatchNormalizationMode[] = ['inference', 'training'];

/** What the setting `recipe` can be: settings that suit the variant and the pictures, or the defaults. */
export type RecipeName = 'standard' | 'none';

/**
 * The recipes of `train`.
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * training.recipeNames; // => [ 'standard', 'none' ]
 * ```
 */
export const recipeNames: readonly RecipeName[] = ['standard', 'none'];

/** What the setting `mixing` can be: training pictures as they are, blended by mixup, or with a box of another one by CutMix. */
export type MixingName = 'none' | 'mixup' | 'cutmix';

/**
 * How `train` can mix the pictures of a batch and their labels.
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * training.mixings; // => [ 'none', 'mixup', 'cutmix' ]
 * ```
 */
export const mixings: readonly MixingName[] = ['none', 'mixup', 'cutmix'];

/** What the setting `interpolation` can be: the weights that training ends with, or a mean of them and those before, chosen by validation. */
export type InterpolationName = 'none' | 'validation';

/**
 * How `train` can choose weights between those before and those after fine-tuning.
 *
 * @example
 * ```ts
 * import { training } from 'tunebook';
 * training.interpolations; // => [ 'none', 'validation' ]
 * ```
 */
export const interpolations: readonly InterpolationName[] = ['none', 'validation'];
