import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { messageOf, UserError } from '../../core/errors';
import type { Dataset, Subset } from '../dataset';
import { Findings, hasPictureBelow, picturesBelow } from '../findPictures';
import { hasClassFolders } from '../folderParts';
import { textSource } from '../imageTable';
import { listFolder } from '../listFolder';
import { PictureIndex } from '../pictureIndex';
import { subsetOfFolder } from '../subsetNames';
import { preferredColumn, type Role } from '../tableColumns';
import { partOfFolders, partOfTable, type TableSource, tableDataset } from '../tableDataset';
import type { UnpackListener } from './archive';
import type { DataOptions } from './dataOptions';
import { RECORDS, recordSources, type TableFile } from './openRecords';

/** File names of tables of text. */
export const TEXT_TABLE = /\.(?:csv|tsv|tab|txt)$/i;
/** Tables in a dataset's folder that do not say the classes of its pictures. */
const OTHER_TABLE =
  /^(?:(?:sample_?)?submission|read_?me|licen[cs]e|requirements|class(?:es|_?names)|changelog|notes|corrections)/i;
const METADATA = /^metadata\.(?:csv|tsv|jsonl|parquet)$/i;
/** How many folders below a dataset's one its tables may be. */
const DEEPEST = 3;
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

const PARTS: (Subset | undefined)[] = [undefined, 'train', 'validation', 'test'];
const byPart = (a: { subset?: Subset }, b: { subset?: Subset }) => PARTS.indexOf(a.subset) - PARTS.indexOf(b.subset);

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

/** The content of a folder; nothing when it cannot be read, which is reported when it is opened. */
function listing(folder: string) {
  try {
    return listFolder(folder);
  } catch {
    return { folders: [], files: [], unreadable: [], systemFolders: [] };
  }
}

/** The files below a folder whose names match, sorted. */
function filesBelow(folder: string, pattern: RegExp, depth = 0): string[] {
  const { folders, files } = listing(folder);
  const here = files.filter(({ name }) => pattern.test(name)).map(({ name }) => join(folder, name));
  return depth === DEEPEST
    ? here
    : [...here, ...folders.flatMap((name) => filesBelow(join(folder, name), pattern, depth + 1))];
}

/** Ends of file names of shards: `-00000-of-00002`, with a hash in older datasets. */
const SHARD = /[-_.]?(\d{1,6})(?:-of-(\d{1,6}))?(?:-[0-9a-f]{16})?$/;

/**
 * The Parquet files of a dataset, such as `data/train-00000-of-00001.parquet` or `default/train/0000.parquet`.
 *
 * @throws {UserError} when it has several configurations, which are different datasets
 */
function parquetFiles(root: string, findings: Findings): TableFile[] {
  const files = filesBelow(root, /\.(?:parquet|pq)$/i).map((file) => {
    const folders = relative(root, dirname(file))
      .split('/')
      .filter((name) => name !== '');
    const stem = basename(file).replace(/\.[^.]+$/, '');
    const [end = '', , of] = SHARD.exec(stem) ?? [];
    const part = stem.slice(0, stem.length - end.length).replace(/^partial-/, '');
    const configuration = folders.filter((name) => name !== 'data' && !subsetOfFolder(name)).join('/');
    const subset = subsetOfFolder(part)?.subset ?? folders.map((name) => subsetOfFolder(name)?.subset).find(Boolean);
    return { file, part: part || (folders.at(-1) ?? ''), of: Number(of ?? 0), configuration, subset };
  });
  const configurations = [...new Set(files.map(({ configuration }) => configuration))].sort();
  if (configurations.length > 1) {
    throw new UserError(
      `'${root}' has several datasets as Parquet files, in ${listed(configurations.map((name) => name || '.'))}: give the folder of one`,
    );
  }
  for (const { part, of } of new Map(files.map((one) => [one.part, one])).values()) {
    const here = files.filter((one) => one.part === part).length;
    if (of > here) findings.warnings.push(`${here} of the ${of} files of '${part}' are here: download the others`);
  }
  const divided = files.some(({ subset }) => subset === 'train');
  for (const { file, subset } of files) {
    if (divided && subset === undefined)
      findings.warnings.push(`'${relative(root, file)}' is left out: its name is not train, validation or test`);
  }
  return files
    .filter(({ subset }) => !divided || subset !== undefined)
    .map(({ file, subset }) => ({ file, ...(subset && { subset }) }))
    .sort(byPart);
}

/**
 * The metadata tables of a Hugging Face image folder.
 *
 * @param byFolders whether class folders say the classes, unless a column of a table does
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
    const path = relative(root, file);
    const subset = partOfFolders(path);
    for (const source of await sourcesOf({ file, ...(subset && { subset }) }, given, listener)) {
      const label = source.columns.label === undefined ? undefined : source.text.columns[source.columns.label];
      const named =
        label !== undefined && (given.label !== undefined || preferredColumn([label], 'label') !== undefined);
      if (named || (label !== undefined && !byFolders)) sources.push({ ...source, name: path });
      else
        unused.push(
          `${path} has no column of classes; its columns are ${listed(source.text.columns)} (--label-column NAME)`,
        );
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

/** The tables beside folders of pictures that say the classes: one, or one for each part. */
async function tablesBeside(
  root: string,
  how: DataOptions,
  listener: UnpackListener,
): Promise<TableFolder & { sources: TableSource[] }> {
  const pictures = how.images === undefined ? root : resolve(how.images);
  if (!existsSync(pictures)) throw new UserError(`no folder '${how.images}': give the folder with the pictures`);
  let index: PictureIndex | undefined;
  const sources: TableSource[] = [];
  const unused: string[] = [];
  for (const { name } of listing(root).files) {
    if (!isTable(name) || OTHER_TABLE.test(name) || METADATA.test(name)) continue;
    try {
      for (const source of await sourcesOf({ file: join(root, name) }, columnsOf(how), listener, pictures)) {
        const { columns, text } = source;
        if (columns.label === undefined) {
          unused.push(
            `${name} has no column of classes; its columns are ${listed(text.columns)} (--label-column NAME)`,
          );
          continue;
        }
        index ??= new PictureIndex(pictures, picturesBelow(pictures, new Findings()));
        const some = text.rows.slice(0, SOME_ROWS).map((row) => row[columns.file!]!);
        const here = some.filter((path) => existsSync(resolve(source.folder, path)) || index!.find(path).length > 0);
        if (here.length >= ENOUGH * some.length) sources.push({ ...source, name });
        else
          unused.push(
            `${name} names other pictures, such as '${some.find((path) => !here.includes(path))}' (--images DIR)`,
          );
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      unused.push(`${name}: ${messageOf(error)}`);
    }
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

const listed = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ');
