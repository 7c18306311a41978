import { existsSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { UserError } from '../core/errors';
import { withDefaults } from '../core/options';
import { type ClassFolders, checkClassFolders, classPathOf, nestedClassesWarning, shortNames } from './classFolders';
import type { Dataset, Example, Skipped } from './dataset';
import { Findings, picturesBelow } from './findPictures';
import { type FolderPart, partsOf } from './folderParts';
import { groupsFromLabels } from './labelsFile';
import { hasPictureName } from './listFolder';
import { sampleFolder } from './samples';
import { subsetOfFolder } from './subsetNames';
import { uniteNames } from './uniteNames';

/** Options of {@link imageFolder}. */
export interface ImageFolderOptions {
  /**
   * The group of a picture, from its path inside the folder. Default: the `group` column of labels.csv or another table beside
   * or above the class folders, if there is one
   */
  groupOf?: (path: string) => string | undefined;
  /**
   * Which folder above a picture names its class: the first below the dataset or part (`'top'`), the one that
   * contains the picture (`'leaf'`), or the one at a depth from 1 to 20 (1 is `'top'`). Default: `'top'`
   */
  classes?: ClassFolders;
}

/**
 * Read labelled pictures from a folder with one subfolder per class, or with folders `train`, `validation` and optionally `test`
 * that contain such subfolders.
 *
 * Pictures may be in deeper folders, and links are followed. Hidden files and system folders (thumbnails, trash) are ignored, and
 * folders that only wrap the dataset are skipped. A `test` folder without class folders gives {@link Dataset.unlabelled}. Pictures
 * are not opened yet; {@link Dataset.skipped} lists files that are not pictures or cannot be read, and {@link Dataset.warnings} what
 * should be checked.
 *
 * @param folder a path, or the name of a bundled sample, `'emoji'` or `'letters'`
 * @throws {UserError} when there is no such folder, or it has fewer than two classes with pictures
 *
 * @example
 * ```ts
 * import { imageFolder } from 'tunebook';
 *
 * const dataset = imageFolder('photos');
 * dataset.classes; // => [ 'bicycle', 'cat', 'tree' ]
 * dataset.examples.length; // => 24
 * ```
 */
export function imageFolder(folder: string, options?: ImageFolderOptions): Dataset {
  const { groupOf, classes: mode } = withDefaults('imageFolder', options, {
    groupOf: undefined as ImageFolderOptions['groupOf'],
    classes: 'top' as ClassFolders,
  });
  checkClassFolders('imageFolder', mode);
  const root = findFolder(
    folder,
    "give a folder with one subfolder per class, or the sample 'emoji' or 'letters'; use openDataset for public datasets such as flowers",
  );
  const findings = new Findings();
  const { parts, heldOut } = partsOf(root, findings);
  const found = parts.flatMap((part) => picturesOf(part, mode, findings));
  const { nameOf, classes } = namesOf(found, parts, findings);
  if (classes.length < 2) {
    const has = classes.length === 0 ? 'no subfolder with pictures' : `pictures of one class only, '${classes[0]}'`;
    throw new UserError(
      `'${folder}' has ${has}: expected one subfolder per class, at least two, like roses/1.jpg and tulips/1.jpg${firstSkipped(root, findings.skipped)}`,
    );
  }
  const folders = [...new Set(found.map(({ classPath }) => classPath))];
  if (folders.every((path) => subsetOfFolder(path) !== undefined)) {
    throw new UserError(
      `'${folder}' has pictures in ${folders.map((path) => `'${path}'`).join(' and ')}, which are parts and no classes: expected one subfolder per class in them, like ${folders.find((path) => subsetOfFolder(path)?.subset === 'train') ?? folders[0]}/roses/1.jpg, or a table with paths and classes`,
    );
  }
  const named = new Map(classes.map((name) => [name, subsetOfFolder(name)?.subset] as const));
  const likeParts = classes.filter((name) => named.get(name) !== undefined);
  if (new Set(likeParts.map((name) => named.get(name))).size > 1) {
    findings.warnings.push(
      `${likeParts.map((name) => `'${name}'`).join(' and ')} are treated as classes: if they are parts of a split, each needs folders with the pictures of one class, and no pictures beside them`,
    );
  }
  if (mode === 'top') {
    const note = nestedClassesWarning(found.map(({ file, part }) => ({ file, part: part.path })));
    if (note !== undefined) findings.warnings.push(note);
  }
  const groups = groupOf
    ? (file: string) => groupOf(relative(root, file))
    : groupsFromLabels(
        {
          root,
          parts: parts.map(({ path }) => path),
          files: found.map(({ file }) => file),
          hasParts: parts.some(({ subset }) => subset !== undefined),
        },
        findings,
      );
  const labelOf = new Map(classes.map((name, label) => [name, label]));
  const examples = found.map(({ file, classPath, part: { subset } }): Example => {
    const group = groups(file);
    return {
      file,
      label: labelOf.get(nameOf(classPath))!,
      ...(group !== undefined && { group }),
      ...(subset && { subset }),
    };
  });
  const unlabelled = heldOut.flatMap((path) => picturesBelow(path, findings)).map((file) => ({ file, label: -1 }));
  return {
    folder: root,
    classes,
    examples,
    skipped: findings.skipped,
    ...findings.messages(),
    ...(unlabelled.length > 0 && { unlabelled }),
  };
}

interface Found {
  file: string;
  classPath: string;
  part: FolderPart;
}

/** The pictures of one part, with the folder that names their class. */
function picturesOf(part: FolderPart, mode: ClassFolders, findings: Findings): Found[] {
  const { path } = part;
  const { folders, files, unreadable: unreadableEntries } = findings.list(path);
  for (const { name } of files.filter(({ isPicture }) => isPicture)) {
    findings.skipped.push({ file: join(path, name), reason: 'is in no class folder' });
  }
  for (const { file, reason } of unreadableEntries) {
    if (hasPictureName(file)) continue;
    findings.warnings.push(
      `'${relative(path, file) || path}' is left out: ${reason}. If it is a class, the class is missing`,
    );
  }
  return folders.flatMap((name) => {
    const before = findings.skipped.length;
    const pictures = picturesBelow(join(path, name), findings, [path]);
    const unreadable = findings.skipped.slice(before).find(({ file }) => file === join(path, name));
    if (unreadable) findings.warnings.push(`the class '${name}' is left out: ${unreadable.reason}`);
    else if (pictures.length === 0)
      findings.skipped.push({ file: join(path, name), reason: 'class folder without pictures' });
    return pictures.flatMap((file): Found[] => {
      const classPath = classPathOf(file, path, mode);
      if (classPath !== undefined) return [{ file, classPath, part }];
      findings.skipped.push({
        file,
        reason: `is above the folders at depth ${mode}, which name the classes`,
      });
      return [];
    });
  });
}

/** The class names, sorted, and the class of each class folder. */
function namesOf(found: readonly Found[], parts: readonly FolderPart[], findings: Findings) {
  const { classOf, warnings } = uniteNames(
    parts.map((part) => [...new Set(found.filter((one) => one.part === part).map(({ classPath }) => classPath))]),
    'folders',
  );
  findings.warnings.push(...warnings);
  const short = shortNames([...new Set(classOf.values())]);
  return {
    nameOf: (classPath: string) => short.get(classOf.get(classPath)!)!,
    classes: [...new Set(short.values())].sort(),
  };
}

/**
 * Read unlabelled pictures from a folder and all folders below it, for example to predict their classes.
 *
 * @param folder a path
 * @returns a dataset without classes and examples, whose pictures are in {@link Dataset.unlabelled}
 * @throws {UserError} when there is no such folder, or no picture in it
 *
 * @example
 * ```ts
 * import { data } from 'tunebook';
 *
 * data.unlabelledFolder('photos/cat').unlabelled.length; // => 8
 * ```
 */
export function unlabelledFolder(folder: string): Dataset & { unlabelled: Example[] } {
  const root = findFolder(folder, 'give a folder with pictures in it');
  const findings = new Findings();
  const unlabelled = picturesBelow(root, findings).map((file) => ({ file, label: -1 }));
  const { skipped } = findings;
  if (unlabelled.length === 0) {
    throw new UserError(
      `'${folder}' has no picture in a format that is read${skipped[0] ? `: ${skipped[0].reason}` : ''}`,
    );
  }
  return { folder: root, classes: [], examples: [], skipped, unlabelled, ...findings.messages() };
}

function findFolder(folder: string, advice: string): string {
  if (typeof folder !== 'string') throw new UserError(`the folder must be a string, got ${String(folder)}: ${advice}`);
  const root = existsSync(folder) ? resolve(folder) : (sampleFolder(folder) ?? resolve(folder));
  if (!existsSync(root)) throw new UserError(`no folder '${folder}': ${advice}`);
  if (!statSync(root).isDirectory()) throw new UserError(`'${folder}' is a file, not a folder: ${advice}`);
  return root;
}

/** What was skipped, as the end of an error. */
function firstSkipped(root: string, skipped: readonly Skipped[]): string {
  const file = skipped.find(({ file }) => !existsSync(file) || !statSync(file).isDirectory()) ?? skipped[0];
  if (!file) return '';
  const number = skipped.length === 1 ? 'One was' : `${skipped.length} were`;
  return `. ${number} skipped: ${relative(root, file.file)}: ${file.reason}`;
}
