export { type AutoResult, auto } from './auto';
export type { AutoListener, AutoOptions } from './options';
export type { AutoRecord } from './record';
