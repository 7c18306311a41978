import { UserError } from '../../core/errors';
import { type ClassFolders, checkClassFolders } from '../classFolders';
import type { ReadingOptions } from '../pictures/datasetReading';

/** How a folder or a table of one's own is read. */
export interface DataOptions extends ReadingOptions {
  /** which folder above a picture names its class: 'top', 'leaf' or a depth; default 'top'. Of folders only */
  classes?: ClassFolders;
  /** folder that paths in a table are relative to; default the table's own */
  images?: string;
  /** column of paths, by name or number; default one called file, path, image, ... */
  fileColumn?: string;
  /** column of classes; default one called label, class, category, ... */
  labelColumn?: string;
  /** column of parts; default one called split, is_valid, fold, ... */
  splitColumn?: string;
  /** column of groups; default one called group, patient_id, ... */
  groupColumn?: string;
}

/** Every key of {@link DataOptions}, for `withDefaults`. */
export const NO_DATA_OPTIONS: { [K in keyof Required<DataOptions>]: DataOptions[K] } = {
  classes: undefined,
  images: undefined,
  fileColumn: undefined,
  labelColumn: undefined,
  splitColumn: undefined,
  groupColumn: undefined,
  range: undefined,
  bands: undefined,
  fit: undefined,
};

const OF_TABLES = ['images', 'fileColumn', 'labelColumn', 'splitColumn', 'groupColumn'] as const;

/** @throws {UserError} on an option that says nothing for this kind of data: it would be ignored in silence */
export function checkDataOptions(options: DataOptions, kind: 'folder' | 'table' | 'named dataset'): void {
  if (options.classes !== undefined) checkClassFolders('openDataset', options.classes);
  const wrong =
    kind === 'table'
      ? (['classes'] as const).filter((key) => options[key] !== undefined)
      : OF_TABLES.filter((key) => options[key] !== undefined);
  if (wrong.length > 0) {
    const needs = kind === 'table' ? 'folders' : 'tables, such as a CSV file';
    throw new UserError(`openDataset: '${wrong[0]}' is for ${needs}, and this is a ${kind}: leave it out`);
  }
}
