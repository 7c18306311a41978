export { accuracy, topKAccuracy } from './accuracy';
export { type ConfusedPair, type ConfusionMatrix, confusionMatrix, mostConfused } from './confusion';
export { type Interval, wilsonInterval } from './interval';
export { type ClassReport, type ClassScores, classReport, type Scores } from './report';
