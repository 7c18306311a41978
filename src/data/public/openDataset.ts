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

/** What {@link openDataset} takes. */
export interface OpenDatasetOptions extends PublicDatasetOptions, DataOptions {}

/** Names of tables, in any case of letters. */
const TABLE = /\.(?:csv|tsv|tab|txt)$/i;

/**
 * A dataset by whatever names it: the path of a folder with one subfolder a class, a table (.csv, .tsv, .txt) with a column of
 * paths and one of classes, the bundled sample 'emoji', or a public dataset (see {@link publicDatasets}), which is fetched at
 * first use. Where there is a folder of that name, it is taken. What to look at ({@link Dataset.warnings}) is told to the
 * listener.
 *
 * @example await openDataset('labels.csv', { images: 'photos', labelColumn: 'breed' })
 * @throws {UserError} if there is nothing of that name; the message lists what there is
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
    `no folder '${data}' in ${process.cwd()}, and no dataset of that name; there are emoji (the bundled sample) and, to be downloaded, ${names.join(', ')}${didYouMean(data, [...samples, ...names])}`,
  );
}

const isFolder = (path: string) => existsSync(path) && statSync(path).isDirectory();

/** A notebook's working directory is its own folder, which surprises whoever started JupyterLab elsewhere. */
function whereLookedFor(path: string): string {
  const advice = ': give a folder with one subfolder a class';
  if (/^~(?:\/|$)/.test(path)) return `${advice}; only a shell knows '~', write '${homedir()}' in its place`;
  return isAbsolute(path) ? advice : `, seen from ${process.cwd()}${advice}`;
}
