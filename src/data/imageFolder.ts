import { existsSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { UserError } from '../core/errors';
import { withDefaults } from '../core/options';
import type { Dataset, Example, Skipped, Subset } from './dataset';
import { hasPictureName, picturesBelow, subfolders, visibleNames } from './findPictures';
import { groupsFromLabels } from './labelsFile';
import { sampleFolder } from './samples';

export interface ImageFolderOptions {
  /** the group of a picture, by its path inside the folder; default: the `group` column of labels.csv, if there is one */
  groupOf?: (path: string) => string | undefined;
}

const SUBSETS: Record<string, Subset> = {
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
 * A `test` folder whose pictures lie in no class folders gives {@link Dataset.unlabelled}. No picture is opened yet;
 * {@link Dataset.skipped} names what cannot be one.
 *
 * @param folder a path, or the name of a bundled sample: 'emoji'
 * @throws {UserError} if there is no such folder, or not at least two classes with pictures in it
 */
export function imageFolder(folder: string, options?: ImageFolderOptions): Dataset {
  const { groupOf } = withDefaults('imageFolder', options, { groupOf: undefined as ImageFolderOptions['groupOf'] });
  const root = findFolder(
    folder,
    "give a folder with one subfolder a class, or the sample 'emoji'; public datasets, such as flowers, come by openDataset",
  );
  const skipped: Skipped[] = [];
  const { parts, heldOut } = partsOf(root, skipped);
  const found = parts.flatMap(({ path, subset }) => {
    for (const name of strayPictures(path)) skipped.push({ file: join(path, name), reason: 'lies in no class folder' });
    return subfolders(path).flatMap((className) => {
      const files = picturesBelow(join(path, className), skipped, [path]);
      if (files.length === 0) skipped.push({ file: join(path, className), reason: 'class folder without pictures' });
      return files.map((file) => ({ file, className, subset }));
    });
  });
  const classes = [...new Set(found.map(({ className }) => className))].sort();
  if (classes.length < 2) {
    const has = classes.length === 0 ? 'no subfolder with pictures' : `pictures of one class only, '${classes[0]}'`;
    throw new UserError(
      `'${folder}' has ${has}: expected one subfolder a class, at least two, like roses/1.jpg and tulips/1.jpg${passedOver(root, skipped)}`,
    );
  }
  const groups = groupOf ?? groupsFromLabels(root);
  const labelOf = new Map(classes.map((name, label) => [name, label]));
  const examples = found.map(({ file, className, subset }): Example => {
    const group = groups(relative(root, file));
    return {
      file,
      label: labelOf.get(className)!,
      ...(group !== undefined && { group }),
      ...(subset && { subset }),
    };
  });
  const unlabelled = heldOut.flatMap((path) => picturesBelow(path, skipped)).map((file) => ({ file, label: -1 }));
  return { folder: root, classes, examples, skipped, ...(unlabelled.length > 0 && { unlabelled }) };
}

/**
 * Find the pictures in a folder, and below it, that nobody has labelled: to predict, or to look at.
 *
 * @returns no classes and no examples; the pictures are {@link Dataset.unlabelled}
 * @throws {UserError} if there is no such folder, or no picture in it
 */
export function unlabelledFolder(folder: string): Dataset & { unlabelled: Example[] } {
  const root = findFolder(folder, 'give a folder with pictures in it');
  const skipped: Skipped[] = [];
  const unlabelled = picturesBelow(root, skipped).map((file) => ({ file, label: -1 }));
  if (unlabelled.length === 0) {
    throw new UserError(`'${folder}' has no picture that is read${skipped[0] ? `: ${skipped[0].reason}` : ''}`);
  }
  return { folder: root, classes: [], examples: [], skipped, unlabelled };
}

function findFolder(folder: string, advice: string): string {
  if (typeof folder !== 'string') throw new UserError(`a folder is named by a text, got ${String(folder)}: ${advice}`);
  const root = existsSync(folder) ? resolve(folder) : (sampleFolder(folder) ?? resolve(folder));
  if (!existsSync(root)) throw new UserError(`no folder '${folder}': ${advice}`);
  if (!statSync(root).isDirectory()) throw new UserError(`'${folder}' is a file, not a folder: ${advice}`);
  return root;
}

/** The folders that hold class folders, and those that hold pictures without a label. */
function partsOf(
  root: string,
  skipped: Skipped[],
): { parts: { path: string; subset: Subset | undefined }[]; heldOut: string[] } {
  const names = subfolders(root);
  const subsetOf = (name: string) => SUBSETS[name.toLowerCase()]!;
  const subsets = names.filter((name) => isSubset(root, name));
  if (!subsets.some((name) => subsetOf(name) === 'train')) {
    return { parts: [{ path: root, subset: undefined }], heldOut: [] };
  }
  const heldOut = names.filter((name) => !subsets.includes(name) && isNamed(name) && subsetOf(name) === 'test');
  for (const name of names) {
    if (subsets.includes(name) || heldOut.includes(name)) continue;
    skipped.push({
      file: join(root, name),
      reason: 'beside train, so no class folder, and none of validation and test',
    });
  }
  for (const name of strayPictures(root)) {
    skipped.push({ file: join(root, name), reason: 'lies in no class folder' });
  }
  return {
    parts: subsets.map((name) => ({ path: join(root, name), subset: subsetOf(name) })),
    heldOut: heldOut.map((name) => join(root, name)),
  };
}

const isNamed = (name: string) => Object.hasOwn(SUBSETS, name.toLowerCase());
const strayPictures = (folder: string) => visibleNames(folder).filter(hasPictureName);

/** A part like `train`: named so and holding class folders. A class that happens to be called 'train' holds pictures. */
function isSubset(root: string, name: string): boolean {
  const folder = join(root, name);
  return isNamed(name) && subfolders(folder).length > 0 && strayPictures(folder).length === 0;
}

/** What was found and not taken, as the end of an error. */
function passedOver(root: string, skipped: readonly Skipped[]): string {
  const file = skipped.find(({ file }) => !existsSync(file) || !statSync(file).isDirectory()) ?? skipped[0];
  if (!file) return '';
  const number = skipped.length === 1 ? 'One was' : `${skipped.length} were`;
  return `. ${number} passed over: ${relative(root, file.file)}: ${file.reason}`;
}
