/**
 * Metrics: plain arrays in, plain values out.
 *
 * @module
 */

export * from '../metrics';
