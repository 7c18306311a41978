export { meanOf } from '../../metrics/mean';
export { bootstrapInterval } from './bootstrap';
export { type Difference, type DifferenceOptions, judgeDifferences } from './difference';
export { holm } from './holm';
export { pairsNeeded } from './power';
export { type Summary, standardDeviation, summarize } from './summary';
