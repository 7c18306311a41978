import { type Dirent, readdirSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { UserError } from '../../core/errors';
import type { Subset } from '../dataset';
import type { Findings } from '../findPictures';
import { listFolder, statusOf } from '../listFolder';
import { subsetOfFolder } from '../subsetNames';
import { isSystemFolder } from '../systemFolders';
import type { TableFile } from './openRecords';

/** How many folders below a dataset's one its tables may be. */
const DEEPEST = 3;
/** Ends of file names of shards: `-00000-of-00002`, with a hash in older datasets. */
const SHARD = /[-_.]?(\d{1,6})(?:-of-(\d{1,6}))?(?:-[0-9a-f]{16})?$/;

/**
 * The Parquet files of a dataset, such as `data/train-00000-of-00001.parquet` or `default/train/0000.parquet`.
 *
 * @throws {UserError} when it has several configurations, which are different datasets
 */
export function parquetFiles(root: string, findings: Findings): TableFile[] {
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

const PARTS: (Subset | undefined)[] = [undefined, 'train', 'validation', 'test'];
/** Puts what is of the training part first, and what is of the test part last. */
export const byPart = (a: { subset?: Subset }, b: { subset?: Subset }) =>
  PARTS.indexOf(a.subset) - PARTS.indexOf(b.subset);

/** The content of a folder; nothing when it cannot be read, which is reported when it is opened. */
export function listing(folder: string) {
  try {
    return listFolder(folder);
  } catch {
    return { folders: [], files: [], unreadable: [], systemFolders: [] };
  }
}

/** The files below a folder whose names match, sorted. Files are not looked at, as there may be many pictures beside them. */
export function filesBelow(folder: string, pattern: RegExp, depth = 0): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return []; // reported when it is opened
  }
  return entries
    .filter(({ name }) => !name.startsWith('.') && !isSystemFolder(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (pattern.test(entry.name) && isKind(entry, path, 'isFile')) return [path];
      return depth < DEEPEST && isKind(entry, path, 'isDirectory') ? filesBelow(path, pattern, depth + 1) : [];
    });
}

/** Whether an entry is a file or a folder, or a link to one. */
function isKind(entry: Dirent, path: string, kind: 'isFile' | 'isDirectory'): boolean {
  if (!entry.isSymbolicLink()) return entry[kind]();
  const status = statusOf(path);
  return typeof status !== 'string' && status[kind]();
}

/** Names in quotes, for a message. */
export const listed = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ');
