import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { didYouMean } from '../../core/didYouMean';
import { UserError } from '../../core/errors';
import { withDefaults } from '../../core/options';
import { cacheFolder } from '../../core/paths';
import { applyCorrections, type Dataset, imageFolder, imageTable, sampleFolder, samples } from '..';
import { hasPictureName } from '../listFolder';
import { withReading } from '../pictures/datasetReading';
import { describePages } from '../pictures/pages';
import { tableDataset } from '../tableDataset';
import { archiveKind, archivesIn, unpackArchive } from './archive';
import { checkDataOptions, type DataOptions, NO_DATA_OPTIONS } from './dataOptions';
import { publicDatasets } from './entries';
import { RECORDS, recordSources } from './openRecords';
import { type PublicDatasetOptions, publicDataset } from './publicDataset';
import { columnsOf, openTableFolder, TEXT_TABLE } from './tableFolder';

/** Options of {@link openDataset}. */
export interface OpenDatasetOptions extends PublicDatasetOptions, DataOptions {}

/**
 * Open a dataset by its path or name:
 *
 * - a folder with one subfolder per class, optionally in folders of parts (`train`, `validation`, `test`),
 * - a folder whose tables say the classes: a Hugging Face image folder (`metadata.csv` or `metadata.jsonl`), Hugging Face's Parquet
 *   files (`data/train-00000-of-00001.parquet`), or tables beside folders of pictures (`train.csv` and `train/`),
 * - a table with paths and classes (.csv, .tsv, .txt, .jsonl, .parquet), or with the pictures themselves (.jsonl, .parquet),
 * - an archive of any of these (.zip, .tar, .tar.gz),
 * - the bundled samples `'emoji'` and `'letters'`, or a public dataset (see `publicDatasets`), which is downloaded at first use.
 *
 * A folder takes precedence over a dataset of the same name. Archives, and pictures inside tables, are unpacked into tunebook's
 * cache once; the same content is not unpacked again. A file `corrections.csv` in the folder
 * of the pictures, which `cleanLabels` writes, gives pictures other labels or leaves them out; for an archive it is beside it
 * (`photos.zip.corrections.csv`), and for a dataset with a name in the working directory (`emoji.corrections.csv`). The listener receives {@link Dataset.warnings} and {@link Dataset.notes} as
 * messages.
 *
 * @param data path or name
 * @throws {UserError} when nothing has that path or name, an option is unknown or does not apply, or an archive is damaged, encrypted
 *   or not made of plain files within the limits
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
  const { range, bands, corrections = true } = how;
  const found = await openWith(data, how, listener);
  const place = correctionsBeside(data, found.folder);
  const opened = place === undefined ? found : { ...found, correctionsFile: place };
  const dataset = await withReading(corrections ? applyCorrections(opened) : opened, { range, bands });
  if (listener.onMessage) {
    const files = dataset.examples.flatMap(({ file, pixels }) => (pixels ? [] : [file]));
    const pages = await describePages(files, (file) => relative(dataset.folder, file));
    for (const text of [...(dataset.warnings ?? []), ...(dataset.notes ?? []), ...(pages ? [pages] : [])]) {
      listener.onMessage(`${basename(data)}: ${text}`);
    }
  }
  return dataset;
}

type DataListener = NonNullable<PublicDatasetOptions['listener']>;

async function openWith(data: string, how: DataOptions, listener: DataListener): Promise<Dataset> {
  if (isFolder(data)) return openFolder(data, how, listener);
  if (existsSync(data)) return openFile(data, how, listener);
  if (sampleFolder(data) !== undefined) {
    checkDataOptions(how, 'folder');
    return imageFolder(data, { classes: how.classes });
  }
  if (Object.hasOwn(publicDatasets, data)) {
    checkDataOptions(how, 'named dataset');
    return publicDataset(data, { listener });
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(data))
    throw new UserError(`'${data}' is an address: download the file first, and give its path`);
  if (TEXT_TABLE.test(data) || RECORDS.test(data) || ARCHIVE.test(data))
    throw new UserError(
      `no file '${data}'${isAbsolute(data) ? '' : `, relative to ${process.cwd()}`}: check the path of the table or archive`,
    );
  if (basename(data) !== data) throw new UserError(`no folder '${data}'${whereLookedFor(data)}`);
  const names = Object.keys(publicDatasets);
  throw new UserError(
    `no folder '${data}' in ${process.cwd()}, and no dataset of that name; the datasets are ${samples.join(' and ')} (bundled) and, downloaded at first use, ${names.join(', ')}${didYouMean(data, [...samples, ...names])}`,
  );
}

/** File names of archives. */
const ARCHIVE = /\.(?:zip|tar|tgz|tar\.gz)$/i;

async function openFile(file: string, how: DataOptions, listener: DataListener): Promise<Dataset> {
  if (!statSync(file).isFile()) throw new UserError(`'${file}' is neither a file nor a folder`);
  const kind = archiveKind(file);
  if (typeof kind === 'object') throw new UserError(kind.refused);
  if (kind) return openArchive(file, how, listener);
  if (RECORDS.test(file)) {
    const { sources, folder } = await recordSources([{ file }], columnsOf(how), listener);
    checkDataOptions(how, folder === undefined ? 'table' : 'table with pictures');
    const images = how.images === undefined ? undefined : resolve(how.images);
    if (images !== undefined && !existsSync(images))
      throw new UserError(`no folder '${how.images}': give the folder with the pictures`);
    const placed = sources.map((source) => ({ ...source, ...(images && { folder: images }) }));
    return tableDataset(placed, folder ?? images ?? dirname(resolve(file)), 'openDataset');
  }
  if (TEXT_TABLE.test(file)) {
    checkDataOptions(how, 'table');
    const { images: folder, fileColumn, labelColumn: label, splitColumn: split, groupColumn: group } = how;
    return imageTable(file, { folder, file: fileColumn, label, split, group });
  }
  const what = hasPictureName(file) ? 'one picture' : 'a file of a kind that is not read';
  throw new UserError(
    `'${file}' is ${what}: give a folder of pictures, a table (.csv, .tsv, .txt, .jsonl, .parquet) or an archive (.zip, .tar, .tar.gz)`,
  );
}

async function openFolder(folder: string, how: DataOptions, listener: DataListener): Promise<Dataset> {
  const { dataset, unused } = await openTableFolder(folder, how, listener);
  if (dataset) {
    checkDataOptions(how, 'table');
    return dataset;
  }
  const why = unused.length > 0 ? `. Its tables do not say the classes: ${unused.join('; ')}` : '';
  try {
    checkDataOptions(how, 'folder');
    return imageFolder(folder, { classes: how.classes });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${error.message}${why}`);
  }
}

/** Unpack an archive into the cache, and open its content. */
async function openArchive(file: string, how: DataOptions, listener: DataListener): Promise<Dataset> {
  const folder = await unpackArchive(file, listener);
  const named = (text: string) => text.replaceAll(folder, basename(file)); // its place in the cache says nothing
  try {
    const dataset = await openFolder(folder, how, listener);
    const { warnings, notes } = dataset;
    return {
      ...dataset,
      ...(warnings && { warnings: warnings.map(named) }),
      ...(notes && { notes: notes.map(named) }),
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const inner = archivesIn(folder);
    const advice =
      inner.length > 0
        ? `. It contains '${inner[0]}', another archive: unpack ${basename(file)} yourself, and give that`
        : '';
    throw new UserError(`${named(error.message)}${advice}`);
  }
}

/**
 * The folder that names of a dataset's pictures are relative to: that of a table, and for an archive or a table with pictures the one in
 * the cache.
 *
 * @param data path of a folder, a table or an archive
 */
export async function datasetFolder(data: string, listener: DataListener): Promise<string> {
  if (!existsSync(data) || isFolder(data)) return data;
  if (TEXT_TABLE.test(data)) return dirname(resolve(data));
  return (await openFile(data, NO_DATA_OPTIONS, listener)).folder;
}

/** The folder with the content of an archive, which is unpacked into the cache; any other path stays as it is. */
export async function unpackedIfArchive(path: string, listener: DataListener): Promise<string> {
  if (!existsSync(path) || !statSync(path).isFile() || hasPictureName(path)) return path;
  return typeof archiveKind(path) === 'string' ? unpackArchive(path, listener) : path;
}

/**
 * Where the corrections of a dataset are kept whose pictures lie in the cache, because what a person has decided must not be lost with
 * it: beside the archive or table, or in the working directory for a dataset that is opened by its name.
 */
function correctionsBeside(data: string, folder: string): string | undefined {
  const cache = `${cacheFolder()}${sep}`;
  if (!folder.startsWith(cache) || resolve(data).startsWith(cache)) return undefined;
  return `${resolve(data)}.corrections.csv`;
}

const isFolder = (path: string) => existsSync(path) && statSync(path).isDirectory();

/** Names the working directory: that of a notebook is its own folder, not the one JupyterLab was started in. */
function whereLookedFor(path: string): string {
  const advice = ': give a folder with one subfolder per class';
  if (/^~(?:\/|$)/.test(path)) return `${advice}; '~' is expanded by shells only: write '${homedir()}' instead`;
  return isAbsolute(path) ? advice : `, relative to ${process.cwd()}${advice}`;
}
