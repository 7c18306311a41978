/** arquero's table. The package is an ES module, whose types the declarations of a CommonJS package must name in this way. */
export type ColumnTable = import('arquero', { with: { 'resolution-mode': 'import' }}).ColumnTable;
