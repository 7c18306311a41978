export { bootstrapInterval } from './bootstrap';
export { type Difference, type DifferenceOptions, judgeDifferences } from './difference';
export { holm } from './holm';
export { pairsNeeded } from './power';
export { meanOf, type Summary, standardDeviation, summarize } from './summary';
