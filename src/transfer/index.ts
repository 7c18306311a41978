export { type ExtractFeaturesOptions, extractFeatures, type Features, forward, selectRows } from './features';
export { type FrozenPart, findFrozenPart } from './frozenPart';
export { type FrozenSourceOptions, frozenSource } from './frozenSource';
export { buildHead, type HeadOptions } from './head';
