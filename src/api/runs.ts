/**
 * Saved runs in detail: their configuration and predictions, their diagnosis, TensorBoard event files, exports and model cards.
 * `saveRun`, `readRun`, `openRun`, `predict` and `exportRun` are at the root.
 *
 * @module
 */

export type { DiagnosedRun, Diagnosis, Finding, FindingKind } from '../analysis/diagnose';
export { type EvaluationReportOptions, evaluationHtml, type ReportOptions } from '../report';
export {
  type EvaluatedSlice,
  type EvaluateRunOptions,
  evaluateRun,
  eventFiles,
  type FilePrediction,
  type OpenRun,
  openBackbone,
  type PictureModel,
  type Predictions,
  type PredictOptions,
  type Predictor,
  type RunConfiguration,
  type RunEvaluation,
  type SavedRun,
  type TestMetrics,
} from '../runs';
export type { ExportOptions } from '../runs/export';
export {
  type CardFacts,
  type CardMetrics,
  type ExportFormat,
  type ExportResult,
  exportFormats,
  type ModelCard,
  modelCard,
  modelCardMarkdown,
} from '../runs/export';
