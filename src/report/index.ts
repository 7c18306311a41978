export { figureOf, type ReportOptions, reportHtml, reportText } from './report';
