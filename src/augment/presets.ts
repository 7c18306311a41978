import { didYouMean } from '../core/didYouMean';
import { UserError } from '../core/errors';
import type { Augmentation } from './augmentation';
import { colorJitter } from './color/jitter';
import { horizontalFlip, rotation, shift, zoom } from './geometric/affine';
import { perspective } from './geometric/perspective';
import { randomErasing } from './noise/randomErasing';
import { augmentation } from './pipeline';
import { randAugment } from './policies/randAugment';

/** A ready-made pipeline, and when to use it. */
export interface AugmentationPreset {
  /** What it does, in one line. */
  title: string;
  /** When to use it. */
  advice: string;
  /** Whether some of its operations change colours, and need red, green and blue. */
  colors: boolean;
  /** Make the pipeline; for pictures of other channels than red, green and blue without those operations. */
  make(channels?: number): Augmentation;
}

/** Operations on red, green and blue; none for pictures of other channels. */
const ofColors = (channels: number, make: () => Augmentation[]): Augmentation[] => (channels === 3 ? make() : []);

/**
 * Ready-made augmentation pipelines by name: `light`, `standard`, `strong` and `article`.
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * augment.augmentationPresets.light.make().name; // => 'shift + horizontalFlip'
 * ```
 */
export const augmentationPresets = {
  light: {
    title: 'flip, and shifts of up to 5%',
    advice: '1,000 pictures per class or more, short trainings, or pictures whose class depends on place or colour',
    colors: false,
    make: () => augmentation([shift({ width: 0.05, height: 0.05, fill: 'reflect' }), horizontalFlip()]),
  },
  standard: {
    title: 'rotation, shift, zoom, flip and slight changes of colour',
    advice: '50 to 1,000 pictures per class of everyday things: start with this one',
    colors: true,
    make: (channels = 3) =>
      augmentation([
        rotation({ degrees: 15, fill: 'reflect' }),
        shift({ width: 0.1, height: 0.1, fill: 'reflect' }),
        zoom({ factor: [0.75, 1.1], fill: 'reflect' }),
        horizontalFlip(),
        ...ofColors(channels, () => [colorJitter({ brightness: 0.2, contrast: 0.2, saturation: 0.2 })]),
      ]),
  },
  strong: {
    title: 'standard with wider ranges, perspective, RandAugment and random erasing',
    advice: 'fewer than 50 pictures per class, and long training of many layers; too strong for a head alone',
    colors: true,
    make: (channels = 3) =>
      augmentation([
        rotation({ degrees: 30, fill: 'reflect' }),
        shift({ width: 0.15, height: 0.15, fill: 'reflect' }),
        zoom({ factor: [0.5, 1.2], fill: 'reflect' }),
        perspective({ distortion: 0.3, fill: 'reflect' }),
        horizontalFlip(),
        ...ofColors(channels, () => [
          colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4 }),
          randAugment({ ops: 1, magnitude: 9 }),
        ]),
        randomErasing({ probability: 0.25 }),
      ]),
  },
  article: {
    title: 'rotation 40, shifts 0.2, flip, nearest fill: as in many Keras tutorials',
    advice: 'to reproduce the results of such a tutorial',
    colors: false,
    make: () =>
      augmentation([
        rotation({ degrees: 40, fill: 'nearest' }),
        shift({ width: 0.2, height: 0.2, fill: 'nearest' }),
        horizontalFlip(),
      ]),
  },
} satisfies Record<string, AugmentationPreset>;

/** The name of an augmentation preset. */
export type AugmentationPresetName = keyof typeof augmentationPresets;
/** What the setting `augment` of a training can be: a preset, or 'none'. */
export type AugmentationName = 'none' | AugmentationPresetName;

/** All that the setting `augment` can be. */
export const augmentationNames: readonly AugmentationName[] = [
  'none',
  ...(Object.keys(augmentationPresets) as AugmentationPresetName[]),
];

/**
 * Make a preset's pipeline.
 *
 * @param name `light`, `standard`, `strong`, `article` or `none`
 * @param channels of the pictures: with others than 3, operations on colours are left out. Default: 3
 * @returns undefined for `none`
 * @throws {UserError} on an unknown name; the message lists the valid ones
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * augment.presetAugmentation('light')?.name; // => 'shift + horizontalFlip'
 * ```
 */
export function presetAugmentation(name: AugmentationName, channels = 3): Augmentation | undefined {
  if (name === 'none') return undefined;
  if (Object.hasOwn(augmentationPresets, name)) return (augmentationPresets[name] as AugmentationPreset).make(channels);
  const known = augmentationNames.join(', ');
  throw new UserError(
    `unknown augmentation '${String(name)}'; the augmentations are ${known}${didYouMean(String(name), augmentationNames)}`,
  );
}

/**
 * The preset to start with: `light` from 1,000 training pictures per class, else `standard`.
 *
 * @param picturesPerClass number of training pictures per class
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * augment.adviseAugmentation(200); // => 'standard'
 * ```
 */
export function adviseAugmentation(picturesPerClass: number): AugmentationPresetName {
  if (picturesPerClass >= 1000) return 'light';
  return 'standard';
}
