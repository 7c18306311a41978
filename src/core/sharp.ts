import { lazyModule } from './lazyModule';

/** sharp, which decodes and resizes pictures, loaded with the first picture. */
export const sharp = lazyModule(() => require('sharp') as typeof import('sharp'));
