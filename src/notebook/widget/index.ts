export type { Still } from './still';
export { type Widget, type WidgetOptions, widget } from './widget';
