import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, extname, join, relative, resolve } from 'node:path';
import { fromCSV } from 'arquero';
import { messageOf, UserError } from '../errors';
import { withDefaults } from '../options';
import type { Dataset, Example, Skipped } from './dataset';
import { sampleFolder } from './samples';

export interface ImageFolderOptions {
  /** the group of a picture, by its path inside the folder; default: the `group` column of labels.csv, if there is one */
  groupOf?: (path: string) => string | undefined;
}

const EXTENSIONS = new Set(['.jpg', '.jpeg', '.jfif', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif']);
const SUBSETS: Record<string, NonNullable<Example['subset']>> = {
  train: 'train',
  training: 'train',
  validation: 'validation',
  valid: 'validation',
  val: 'validation',
  test: 'test',
  testing: 'test',
};

/**
 * Find the labelled pictures in a folder with one subfolder a class, or with `train` and `validation` (and perhaps
 * `test`) folders that hold such subfolders. Pictures may lie deeper, links are followed, hidden files are passed over.
 * No picture is opened yet; {@link Dataset.skipped} names what cannot be one.
 *
 * @param folder a path, or the name of a bundled sample: 'emoji'
 * @throws {UserError} if there is no such folder, or not at least two classes with pictures in it
 */
export function imageFolder(folder: string, options?: ImageFolderOptions): Dataset {
  const { groupOf } = withDefaults('imageFolder', options, { groupOf: undefined as ImageFolderOptions['groupOf'] });
  const root = existsSync(folder) ? resolve(folder) : (sampleFolder(folder) ?? resolve(folder));
  if (!existsSync(root) || !statSync(root).isDirectory()) {
    throw new UserError(`no folder '${folder}': give a folder with one subfolder a class, or the sample 'emoji'`);
  }
  const skipped: Skipped[] = [];
  const subsets = subfolders(root).filter((name) => isSubset(root, name));
  const parts = subsets.some((name) => SUBSETS[name.toLowerCase()] === 'train')
    ? subsets.map((name) => ({ path: join(root, name), subset: SUBSETS[name.toLowerCase()]! }))
    : [{ path: root, subset: undefined }];

  const found = parts.flatMap(({ path, subset }) =>
    subfolders(path).flatMap((className) => {
      const files = picturesBelow(join(path, className), skipped);
      if (files.length === 0) skipped.push({ file: join(path, className), reason: 'class folder without pictures' });
      return files.map((file) => ({ file, className, subset }));
    }),
  );
  const classes = [...new Set(found.map(({ className }) => className))].sort();
  if (classes.length < 2) {
    const has = classes.length === 0 ? 'no subfolder with pictures' : `pictures of one class only, '${classes[0]}'`;
    throw new UserError(
      `'${folder}' has ${has}: expected one subfolder a class, at least two, like roses/1.jpg and tulips/1.jpg`,
    );
  }
  const groups = groupOf ?? groupsFromLabels(root);
  const examples = found.map(({ file, className, subset }): Example => {
    const group = groups(relative(root, file));
    return {
      file,
      label: classes.indexOf(className),
      ...(group !== undefined && { group }),
      ...(subset && { subset }),
    };
  });
  return { folder: root, classes, examples, skipped };
}

const visible = (name: string) => !name.startsWith('.') && name !== '__MACOSX';

function subfolders(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => visible(name) && statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory())
    .sort();
}

/** A part like `train`: named so and holding class folders. A class that happens to be called 'train' holds pictures. */
function isSubset(root: string, name: string): boolean {
  const folder = join(root, name);
  const hasPictures = () => readdirSync(folder).some((file) => EXTENSIONS.has(extname(file).toLowerCase()));
  return Object.hasOwn(SUBSETS, name.toLowerCase()) && subfolders(folder).length > 0 && !hasPictures();
}

/** Every picture below a folder, sorted by path; `seen` keeps a link to a folder above from going round for ever. */
function picturesBelow(folder: string, skipped: Skipped[], seen = new Set<string>()): string[] {
  const real = realpathSync(folder);
  if (seen.has(real)) return [];
  seen.add(real);
  return readdirSync(folder)
    .filter(visible)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      const stat = statSync(path, { throwIfNoEntry: false });
      if (stat?.isDirectory()) return picturesBelow(path, skipped, seen);
      const reason = unusable(name, stat);
      if (reason === undefined) return [path];
      skipped.push({ file: path, reason });
      return [];
    });
}

function unusable(name: string, stat: { size: number; isFile(): boolean } | undefined): string | undefined {
  if (!stat) return 'a link that leads nowhere';
  if (!stat.isFile()) return 'not a file';
  const extension = extname(name).toLowerCase();
  if (!EXTENSIONS.has(extension)) {
    return `'${extension || basename(name)}' is not a picture format that is read (${[...EXTENSIONS].join(' ')})`;
  }
  return stat.size === 0 ? 'empty file' : undefined;
}

/** Groups by path from `labels.csv` in the folder, a table with the columns `file` and `group`. */
function groupsFromLabels(root: string): (path: string) => string | undefined {
  const file = join(root, 'labels.csv');
  if (!existsSync(file)) return () => undefined;
  try {
    const table = fromCSV(readFileSync(file, 'utf8'), { autoType: false });
    if (!table.columnNames().includes('group')) return () => undefined;
    const groups = new Map(
      table.objects().map((row) => {
        const { file, group } = row as { file: string; group: string };
        return [file, group];
      }),
    );
    return (path) => groups.get(path.split('\\').join('/'));
  } catch (error) {
    throw new UserError(`${file} is not readable as a table with the columns file and group: ${messageOf(error)}`);
  }
}
