import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { messageOf, UserError } from '../../core/errors';
import type { Dataset, Subset } from '../dataset';
import { Findings, hasPictureBelow, picturesBelow } from '../findPictures';
import { hasClassFolders } from '../folderParts';
import { textSource } from '../imageTable';
import { PictureIndex } from '../pictureIndex';
import { subsetOfFolder } from '../subsetNames';
import { plainName, preferredColumn, type Role } from '../tableColumns';
import { partOfFolders, partOfTable, type TableSource, tableDataset } from '../tableDataset';
import type { UnpackListener } from './archive';
import type { DataOptions } from './dataOptions';
import { RECORDS, recordSources, type TableFile } from './openRecords';
import { byPart, filesBelow, listed, listing, parquetFiles } from './parquetFolder';

/** File names of tables of text. */
export const TEXT_TABLE = /\.(?:csv|tsv|tab|txt)$/i;
/** Tables in a dataset's folder that do not say the classes of its pictures. */
const OTHER_TABLE =
  /^(?:(?:sample_?)?submission|read_?me|licen[cs]e|requirements|class(?:es|_?names)|changelog|notes|corrections)/i;
const METADATA = /^metadata\.(?:csv|tsv|jsonl|parquet)$/i;
/** Rows of a table that are looked for among the pictures, and the part of them that must be there. */
const [SOME_ROWS, ENOUGH] = [200, 0.5];

/** What was found in a folder: its dataset, or why its tables do not give one. */
export interface TableFolder {
  dataset?: Dataset;
  /** tables that are not used, with the reason */
  unused: string[];
}

/**
 * Open a folder whose tables say the classes: Parquet files as Hugging Face writes them, `metadata.csv` or `metadata.jsonl` of its image
 * folders, or a table beside folders of pictures as on Kaggle (`train.csv` and `train/`).
 *
 * @returns no dataset when the folders say the classes
 * @throws {UserError} when several tables could be meant, or one is wrong
 */
export async function openTableFolder(
  folder: string,
  how: DataOptions,
  listener: UnpackListener,
): Promise<TableFolder> {
  const root = innerFolder(resolve(folder));
  const findings = new Findings();
  if (root !== resolve(folder)) findings.note(`the dataset is '${relative(resolve(folder), root)}'`);
  const given = columnsOf(how);
  const shards = hasPictureBelow(root) ? [] : parquetFiles(root, findings);
  if (shards.length > 0) {
    const { sources, folder: pictures } = await recordSources(shards, given, listener);
    return { dataset: tableDataset(sources, pictures ?? root, 'openDataset', findings), unused: [] };
  }
  const byFolders = hasClassFolders(root);
  const asked = Object.keys(given).length > 0 || how.images !== undefined;
  const { sources, unused } = await metadataSources(root, given, byFolders && !asked, listener);
  if (sources.length === 0 && (!byFolders || asked)) {
    const beside = await tablesBeside(root, how, listener);
    sources.push(...beside.sources);
    unused.push(...beside.unused);
  }
  if (sources.length === 0) return { unused };
  sources.sort(byPart); // a picture that is also in a later part is left out there
  findings.note(`the classes are from ${listed(sources.map(({ name = '' }) => name))}`);
  const named = sources.length === 1 ? [{ ...sources[0]!, name: undefined }] : sources;
  const dataset = tableDataset(named, root, 'openDataset', findings);
  return { dataset: withUnnamed(dataset, root), unused: [] };
}

/** The column names that were given, by role. */
export function columnsOf({
  fileColumn,
  labelColumn,
  splitColumn,
  groupColumn,
}: DataOptions): Partial<Record<Role, string>> {
  const all = { file: fileColumn, label: labelColumn, split: splitColumn, group: groupColumn };
  return Object.fromEntries(Object.entries(all).filter(([, name]) => name !== undefined));
}

/** Archives often wrap a dataset in further folders. */
function innerFolder(folder: string): string {
  let inner = folder;
  for (let depth = 0; depth < 5; depth++) {
    const { folders, files } = listing(inner);
    const [only] = folders;
    const ends = files.some(({ name, isPicture }) => isPicture || isTable(name));
    if (ends || folders.length !== 1 || subsetOfFolder(only!) || only === 'data') break;
    inner = join(inner, only!);
  }
  return inner;
}

const isTable = (name: string) => TEXT_TABLE.test(name) || RECORDS.test(name);

/**
 * The metadata tables of a Hugging Face image folder.
 *
 * @param byFolders whether class folders say the classes, unless a table with a column `file_name` does
 */
async function metadataSources(
  root: string,
  given: Partial<Record<Role, string>>,
  byFolders: boolean,
  listener: UnpackListener,
): Promise<TableFolder & { sources: TableSource[] }> {
  const sources: TableSource[] = [];
  const unused: string[] = [];
  for (const file of filesBelow(root, METADATA)) {
    const name = relative(root, file);
    const subset = partOfFolders(name);
    const found = await usableSources(
      { file, ...(subset && { subset }) },
      name,
      given,
      listener,
      dirname(file),
      unused,
    );
    for (const source of found) {
      const [path, label] = [source.columns.file!, source.columns.label!].map((place) => source.text.columns[place]!);
      const isMeant = plainName(path!) === 'filename' && preferredColumn([label!], 'label') !== undefined;
      if (isMeant || !byFolders) sources.push(source);
      else unused.push(`${name} is not used, as the folders say the classes`);
    }
  }
  return { sources, unused };
}

/** The tables in a file; a column of classes may be missing. */
async function sourcesOf(
  { file, subset }: TableFile,
  given: Partial<Record<Role, string>>,
  listener: UnpackListener,
  folder?: string,
): Promise<TableSource[]> {
  if (RECORDS.test(file)) {
    const { sources } = await recordSources([{ file, ...(subset && { subset }) }], given, listener, ['file']);
    return sources;
  }
  return [{ ...textSource(file, given, folder, ['file']), ...(subset && { subset }) }];
}

/**
 * The tables in a file that say the classes of pictures that are there.
 *
 * @param unused receives why a table does not
 */
async function usableSources(
  table: TableFile,
  name: string,
  given: Partial<Record<Role, string>>,
  listener: UnpackListener,
  folder: string,
  unused: string[],
): Promise<TableSource[]> {
  const usable: TableSource[] = [];
  let index: PictureIndex | undefined;
  try {
    for (const source of await sourcesOf(table, given, listener, folder)) {
      const { columns, text } = source;
      if (columns.label === undefined) {
        unused.push(`${name} has no column of classes; its columns are ${listed(text.columns)} (--label-column NAME)`);
        continue;
      }
      index ??= new PictureIndex(folder, picturesBelow(folder, new Findings()));
      const some = text.rows.slice(0, SOME_ROWS).map((row) => row[columns.file!]!);
      const here = some.filter((path) => existsSync(resolve(source.folder, path)) || index!.find(path).length > 0);
      if (here.length >= ENOUGH * some.length) usable.push({ ...source, name });
      else
        unused.push(
          `${name} names other pictures, such as '${some.find((path) => !here.includes(path))}' (--images DIR)`,
        );
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    unused.push(`${name}: ${messageOf(error)}`);
  }
  return usable;
}

/** The tables beside folders of pictures that say the classes: one, or one for each part. */
async function tablesBeside(
  root: string,
  how: DataOptions,
  listener: UnpackListener,
): Promise<TableFolder & { sources: TableSource[] }> {
  const pictures = how.images === undefined ? root : resolve(how.images);
  if (!existsSync(pictures)) throw new UserError(`no folder '${how.images}': give the folder with the pictures`);
  const sources: TableSource[] = [];
  const unused: string[] = [];
  for (const { name } of listing(root).files) {
    if (!isTable(name) || OTHER_TABLE.test(name) || METADATA.test(name)) continue;
    const file = join(root, name);
    sources.push(...(await usableSources({ file }, name, columnsOf(how), listener, pictures, unused)));
  }
  if (sources.length < 2) return { sources: sources.map(withPart), unused };
  const parts = sources.map(({ name = '' }) => partOfTable(name));
  if (parts.some((part) => part === undefined) || new Set(parts).size < parts.length) {
    const names = sources.map(({ name = '' }) => name);
    throw new UserError(
      `'${root}' has several tables with classes, ${listed(names)}: give one of them, such as --data ${join(root, names[0]!)}`,
    );
  }
  return { sources: sources.map(withPart), unused };
}

/** The part that the name of a table says is that of its pictures. */
function withPart(source: TableSource): TableSource {
  const subset: Subset | undefined = source.subset ?? partOfTable(source.name ?? '');
  return { ...source, ...(subset && { subset }) };
}

/** Add the pictures that no table names: those of a test folder as unlabelled ones, the others are counted. */
function withUnnamed(dataset: Dataset, root: string): Dataset {
  const { examples, unlabelled = [], skipped, notes = [] } = dataset;
  const known = new Set([...examples, ...unlabelled, ...skipped].map(({ file }) => file));
  const rest = picturesBelow(root, new Findings()).filter((file) => !known.has(file));
  const test = rest.filter((file) => partOfFolders(relative(root, file)) === 'test');
  const others = rest.length - test.length;
  const all = [...unlabelled, ...test.map((file) => ({ file, label: -1 }))];
  const left = `${others} picture${others === 1 ? ' is' : 's are'} in no row of the table: left out`;
  return {
    ...dataset,
    ...(all.length > 0 && { unlabelled: all }),
    ...(others > 0 && { notes: [...notes, left] }),
  };
}
