import type { TrainSettings } from '../training';

/** A value as shown in tables. */
export type Label = string | number | boolean | null;

/** Several settings under a name, as one value of an axis: `{ name: 'slow', epochs: 40, learningRate: 1e-3 }`. */
export type NamedSettings = {
  /** the name of the settings in tables and charts */
  name: string;
} & Partial<TrainSettings>;

/** One value of an axis: that of the setting that the axis is named after, or several settings under a name. */
export type AxisValue = Label | NamedSettings;

/** One value of each axis. */
export type Configuration = Record<string, AxisValue>;

/** The label of a value, for tables and names. */
export function labelOf(value: AxisValue): Label {
  return typeof value === 'object' && value !== null ? value.name : value;
}

/** The labels of a configuration, by axis. */
export function labelsOf(configuration: Configuration): Record<string, Label> {
  return Object.fromEntries(Object.entries(configuration).map(([axis, value]) => [axis, labelOf(value)]));
}
