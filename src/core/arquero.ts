import { lazyModule } from './lazyModule';

/** arquero's functions, loaded with the first table: `arquero.table(...)`. */
export const arquero = lazyModule(() => require('arquero') as typeof import('arquero'));
