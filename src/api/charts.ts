/** Vega-Lite charts: data in, specification out. A notebook draws one that is a cell's last value. */
export * from '../charts';
