import { shown, UserError } from '../../core/errors';
import { type ClassFolders, checkClassFolders } from '../classFolders';
import type { ReadingOptions } from '../pictures/datasetReading';

/** How a folder, table or archive of your own is read. Columns are given by name, or by number from 1. */
export interface DataOptions extends ReadingOptions {
  /** Folders only: which folder above a picture names its class, `'top'`, `'leaf'` or a depth. Default: `'top'` */
  classes?: ClassFolders;
  /** Whether `corrections.csv` in the folder of the pictures applies, which `cleanLabels` writes. Default: true */
  corrections?: boolean;
  /** Tables only: folder that paths are relative to. Default: the folder of the table */
  images?: string;
  /** Tables only: column of paths. Default: one named file, path, image, ... */
  fileColumn?: string;
  /** Tables only: column of classes. Default: one named label, class, category, ... */
  labelColumn?: string;
  /** Tables only: column of parts of the split. Default: one named split, is_valid, fold, ... */
  splitColumn?: string;
  /** Tables only: column of groups. Default: one named group, patient_id, ... */
  groupColumn?: string;
}

/** Every key of {@link DataOptions}, for `withDefaults`. */
export const NO_DATA_OPTIONS: { [K in keyof Required<DataOptions>]: DataOptions[K] } = {
  classes: undefined,
  corrections: undefined,
  images: undefined,
  fileColumn: undefined,
  labelColumn: undefined,
  splitColumn: undefined,
  groupColumn: undefined,
  range: undefined,
  bands: undefined,
};

const OF_TABLES = ['images', 'fileColumn', 'labelColumn', 'splitColumn', 'groupColumn'] as const;

/** @throws {UserError} on an option that does not apply to this kind of data, as it would be ignored silently */
export function checkDataOptions(
  options: DataOptions,
  kind: 'folder' | 'table' | 'table with pictures' | 'named dataset',
): void {
  const { corrections } = options;
  if (corrections !== undefined && typeof corrections !== 'boolean') {
    throw new UserError(`openDataset: corrections must be true or false, got ${shown(corrections)}`);
  }
  if (options.classes !== undefined) checkClassFolders('openDataset', options.classes);
  const isTable = kind === 'table' || kind === 'table with pictures';
  const keys = isTable ? (['classes'] as const) : OF_TABLES;
  const wrong = keys.find((key) => options[key] !== undefined);
  if (wrong !== undefined) {
    const needs = isTable ? 'folders' : 'tables, such as a CSV file';
    throw new UserError(`openDataset: '${wrong}' is for ${needs}, and this is a ${kind}: leave it out`);
  }
  if (kind === 'table with pictures' && options.images !== undefined)
    throw new UserError("openDataset: 'images' is for tables with paths, and this one has the pictures: leave it out");
}
