/**
 * Interactive outputs of cells, which share their state with the browser: ready-made ones, and widgets of your own.
 *
 * @module
 */

export { type Still, type Widget, type WidgetOptions, widget } from '../notebook/widget';
export { type CleanLabelsOptions, cleanLabels, type LabelCleaning, type SuspectPicture } from '../widgets';
