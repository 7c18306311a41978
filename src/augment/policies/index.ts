export { type AugMixOptions, augMix } from './augMix';
export { type RandAugmentOptions, randAugment } from './randAugment';
export { trivialAugment } from './trivialAugment';
