/**
 * Vega-Lite charts: data in, specification out. A notebook draws one that is a cell's last value.
 *
 * @module
 */

export * from '../charts';
