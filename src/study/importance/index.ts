export { type AxisImportance, type Importance, type ImportanceOptions, importance } from './importance';
export { importanceCells, importanceText, importanceWords } from './text';
