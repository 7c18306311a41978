import { basename, dirname, join, relative } from 'node:path';
import { UserError } from '../../core/errors';
import type { Subset } from '../dataset';
import type { Findings } from '../findPictures';
import { listFolder } from '../listFolder';
import { subsetOfFolder } from '../subsetNames';
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

/** The files below a folder whose names match, sorted. */
export function filesBelow(folder: string, pattern: RegExp, depth = 0): string[] {
  const { folders, files } = listing(folder);
  const here = files.filter(({ name }) => pattern.test(name)).map(({ name }) => join(folder, name));
  return depth === DEEPEST
    ? here
    : [...here, ...folders.flatMap((name) => filesBelow(join(folder, name), pattern, depth + 1))];
}

/** Names in quotes, for a message. */
export const listed = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ');
