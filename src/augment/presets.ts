import { didYouMean } from '../core/didYouMean';
import { UserError } from '../core/errors';
import type { Augmentation } from './augmentation';
import { colorJitter } from './color/jitter';
import { horizontalFlip, rotation, shift, zoom } from './geometric/affine';
import { perspective } from './geometric/perspective';
import { randomErasing } from './noise/randomErasing';
import { augmentation } from './pipeline';
import { randAugment } from './policies/randAugment';

/** A preset, and when to take it. */
export interface AugmentationPreset {
  title: string;
  advice: string;
  make(): Augmentation;
}

/** Ready pipelines by name. */
export const augmentationPresets = {
  light: {
    title: 'flip, and shifts of up to 5%',
    advice: 'a thousand pictures a class or more, short trainings, or pictures in which place and colour say much',
    make: () => augmentation([shift({ width: 0.05, height: 0.05, fill: 'reflect' }), horizontalFlip()]),
  },
  standard: {
    title: 'turned, shifted, nearer or farther, flipped, and a little colour',
    advice: 'some 50 to 1,000 pictures a class of everyday things: where to begin',
    make: () =>
      augmentation([
        rotation({ degrees: 15, fill: 'reflect' }),
        shift({ width: 0.1, height: 0.1, fill: 'reflect' }),
        zoom({ factor: [0.75, 1.1], fill: 'reflect' }),
        horizontalFlip(),
        colorJitter({ brightness: 0.2, contrast: 0.2, saturation: 0.2 }),
      ]),
  },
  strong: {
    title: 'the standard ones wider, a perspective, RandAugment, and a part erased',
    advice: 'fewer than 50 pictures a class and long trainings of many layers; too much for a head alone',
    make: () =>
      augmentation([
        rotation({ degrees: 30, fill: 'reflect' }),
        shift({ width: 0.15, height: 0.15, fill: 'reflect' }),
        zoom({ factor: [0.5, 1.2], fill: 'reflect' }),
        perspective({ distortion: 0.3, fill: 'reflect' }),
        horizontalFlip(),
        colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4 }),
        randAugment({ ops: 1, magnitude: 9 }),
        randomErasing({ probability: 0.25 }),
      ]),
  },
  article: {
    title: 'rotation 40, shifts 0.2, flip, nearest: the example of many Keras tutorials',
    advice: 'to repeat what is written there',
    make: () =>
      augmentation([
        rotation({ degrees: 40, fill: 'nearest' }),
        shift({ width: 0.2, height: 0.2, fill: 'nearest' }),
        horizontalFlip(),
      ]),
  },
} satisfies Record<string, AugmentationPreset>;

export type AugmentationPresetName = keyof typeof augmentationPresets;

/** A preset by name, or undefined for 'none'. @throws {UserError} on an unknown name; the message lists the known ones */
export function presetAugmentation(name: string): Augmentation | undefined {
  if (name === 'none') return undefined;
  if (!Object.hasOwn(augmentationPresets, name)) {
    const names = ['none', ...Object.keys(augmentationPresets)];
    throw new UserError(`unknown augmentation '${name}'; there are ${names.join(', ')}${didYouMean(name, names)}`);
  }
  return augmentationPresets[name as AugmentationPresetName].make();
}

/** Which preset to begin with, for a number of training pictures a class. */
export function adviseAugmentation(picturesPerClass: number): AugmentationPresetName {
  if (picturesPerClass >= 1000) return 'light';
  return 'standard';
}
