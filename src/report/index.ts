export { figureOf } from './draw';
export { type ReportOptions, reportHtml, reportText } from './report';
