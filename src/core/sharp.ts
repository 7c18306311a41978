import { lazyModule } from './lazyModule';

/** sharp, which decodes and resizes pictures; loaded when the first picture is read. */
export const sharp = lazyModule(() => require('sharp') as typeof import('sharp'));
