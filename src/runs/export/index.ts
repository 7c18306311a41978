export { completeModel } from './completeModel';
export { type ExportFormat, type ExportOptions, type ExportResult, exportFormats, exportRun } from './exportRun';
export { writeKerasModel } from './kerasModel';
export { type CardFacts, type CardMetrics, type ModelCard, modelCard, modelCardMarkdown } from './modelCard';
