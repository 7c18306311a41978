export type { SuspectPicture } from './cleanLabels/candidates';
export { type CleanLabelsOptions, cleanLabels, type LabelCleaning } from './cleanLabels/cleanLabels';
