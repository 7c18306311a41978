/** Metrics: plain arrays in, plain values out. */
export * from '../metrics';
