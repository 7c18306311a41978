/** More about kept runs: their files for TensorBoard, their networks, their model card. */
export type { DiagnosedRun, Diagnosis, Finding, FindingKind } from '../analysis/diagnose';
export type { ReportOptions } from '../report';
export {
  eventFiles,
  type FilePrediction,
  type KeptRun,
  type OpenRun,
  openBackbone,
  type PictureModel,
  type Predictions,
  type PredictOptions,
  type RunConfiguration,
} from '../runs';
export type { ExportOptions } from '../runs/export';
export {
  type ExportFormat,
  type ExportResult,
  exportFormats,
  type ModelCard,
  modelCard,
  modelCardMarkdown,
} from '../runs/export';
