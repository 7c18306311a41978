export { cutMix } from './cutMix';
export { type MixingOptions, mixUp } from './mixUp';
