import { lazyModule } from './lazyModule';

/** The functions of arquero, which is loaded when the first table is made: `arquero.table(...)`. */
export const arquero = lazyModule(() => require('arquero') as typeof import('arquero'));
