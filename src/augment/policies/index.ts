export { augMix } from './augMix';
export { randAugment } from './randAugment';
export { trivialAugment } from './trivialAugment';
