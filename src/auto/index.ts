export { type AutoResult, auto } from './auto';
export { type AutoListener, type AutoOptions, sharedSettings } from './options';
export type { AutoRecord } from './record';
