export { type CheckLabelsOptions, checkLabels, type LabelCheck } from './checkLabels';
