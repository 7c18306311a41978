export { type CompareOptions, compareCurves } from './compareCurves';
export { type ConfusionChartOptions, confusionMatrixChart } from './confusion';
export { type CurveOptions, trainingCurves } from './curves';
export { learningRateChart } from './learningRates';
export { type GridOptions, type GridPicture, pictureGrid } from './pictures';
export { type Chart, colors } from './theme';
