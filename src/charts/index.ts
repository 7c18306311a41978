export { type BackboneChartOptions, type BackboneChartRow, backboneChart } from './backbones';
export { type CompareOptions, compareCurves } from './compareCurves';
export { type ConfusionChartOptions, confusionMatrixChart } from './confusion';
export { type CurveOptions, trainingCurves } from './curves';
export {
  type ConfusedPairsOptions,
  classScoresChart,
  confusedPairsChart,
  type DotOptions,
  type SliceDot,
  sliceChart,
} from './dots';
export { type EmbeddedPoint, type EmbeddingChartOptions, embeddingChart } from './embedding';
export { type ForestPlotOptions, forestPlot } from './forestPlot';
export { type InteractionOptions, interactionChart } from './interaction';
export { type LearningCurveChartOptions, type LearningCurveRun, learningCurveChart } from './learningCurves';
export { type LearningRateChartOptions, learningRateChart } from './learningRates';
export { type ParallelOptions, parallelCoordinates } from './parallelCoordinates';
export { type ParetoOptions, paretoChart } from './pareto';
export { type GridOptions, type GridPicture, pictureGrid } from './pictures';
export { precisionRecallChart, type RankingChartOptions, rocChart } from './rankingCurves';
export { type ReliabilityOptions, reliabilityChart } from './reliability';
export { type RunDot, type RunDotsOptions, runDotsChart } from './runDots';
export type { StudyChartRow } from './studyRow';
export { type Chart, colors } from './theme';
export { type ThresholdChartOptions, thresholdChart } from './thresholds';
