export { type ExtractFeaturesOptions, extractFeatures, type Features, forward, selectRows } from './features';
export { buildHead, type HeadOptions } from './head';
