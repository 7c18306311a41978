export { figureOf } from './draw';
export { type EvaluationReportOptions, evaluationHtml } from './evaluation';
export { type ReportOptions, reportHtml, reportText } from './report';
