import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, isAbsolute } from 'node:path';
import { didYouMean } from '../../core/didYouMean';
import { UserError } from '../../core/errors';
import { withDefaults } from '../../core/options';
import { type Dataset, imageFolder, imageTable, sampleFolder, samples } from '..';
import { withReading } from '../pictures/datasetReading';
import { checkDataOptions, type DataOptions, NO_DATA_OPTIONS } from './dataOptions';
import { publicDatasets } from './entries';
import { type PublicDatasetOptions, publicDataset } from './publicDataset';

/** Options of {@link openDataset}. */
export interface OpenDatasetOptions extends PublicDatasetOptions, DataOptions {}

/** File names of tables. */
const TABLE = /\.(?:csv|tsv|tab|txt)$/i;

/**
 * Open a dataset by its path or name: a folder with one subfolder per class, a table (.csv, .tsv, .txt) with a column of paths and
 * one of classes, the bundled sample `'emoji'`, or a public dataset (see `publicDatasets`), which is downloaded at first use. A
 * folder takes precedence over a dataset of the same name. The listener receives {@link Dataset.warnings} and
 * {@link Dataset.notes} as messages.
 *
 * @param data path or name
 * @throws {UserError} when nothing has that path or name, or an option is unknown or does not apply
 *
 * @example
 * ```ts
 * import { openDataset } from 'tunebook';
 *
 * const dataset = await openDataset('labels.csv', { labelColumn: 'label' });
 * dataset.classes; // => [ 'bicycle', 'cat', 'tree' ]
 * ```
 */
export async function openDataset(data: string, options?: OpenDatasetOptions): Promise<Dataset> {
  const { listener, ...how } = withDefaults('openDataset', options as object | undefined, {
    listener: {} as NonNullable<PublicDatasetOptions['listener']>,
    ...NO_DATA_OPTIONS,
  });
  const dataset = await withReading(await openWith(data, how, listener), {
    range: how.range,
    bands: how.bands,
    fit: how.fit,
  });
  for (const text of [...(dataset.warnings ?? []), ...(dataset.notes ?? [])]) {
    listener.onMessage?.(`${basename(data)}: ${text}`);
  }
  return dataset;
}

async function openWith(
  data: string,
  how: DataOptions,
  listener: NonNullable<PublicDatasetOptions['listener']>,
): Promise<Dataset> {
  if (TABLE.test(data) && !isFolder(data)) {
    checkDataOptions(how, 'table');
    const { images: folder, fileColumn: file, labelColumn: label, splitColumn: split, groupColumn: group } = how;
    return imageTable(data, { folder, file, label, split, group });
  }
  const bundled = !existsSync(data) && sampleFolder(data) !== undefined;
  checkDataOptions(how, existsSync(data) || bundled ? 'folder' : 'named dataset');
  if (existsSync(data) || bundled) return imageFolder(data, { classes: how.classes });
  if (Object.hasOwn(publicDatasets, data)) return publicDataset(data, { listener });
  if (basename(data) !== data) throw new UserError(`no folder '${data}'${whereLookedFor(data)}`);
  const names = Object.keys(publicDatasets);
  throw new UserError(
    `no folder '${data}' in ${process.cwd()}, and no dataset of that name; the datasets are emoji (bundled) and, downloaded at first use, ${names.join(', ')}${didYouMean(data, [...samples, ...names])}`,
  );
}

const isFolder = (path: string) => existsSync(path) && statSync(path).isDirectory();

/** Names the working directory: that of a notebook is its own folder, not the one JupyterLab was started in. */
function whereLookedFor(path: string): string {
  const advice = ': give a folder with one subfolder per class';
  if (/^~(?:\/|$)/.test(path)) return `${advice}; '~' is expanded by shells only: write '${homedir()}' instead`;
  return isAbsolute(path) ? advice : `, relative to ${process.cwd()}${advice}`;
}
