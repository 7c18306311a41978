import { existsSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { UserError } from '../core/errors';
import { withDefaults } from '../core/options';
import { type ClassFolders, checkClassFolders, classPathOf, leavesNote, shortNames } from './classFolders';
import type { Dataset, Example, Skipped } from './dataset';
import { Findings, picturesBelow } from './findPictures';
import { type FolderPart, partsOf } from './folderParts';
import { groupsFromLabels } from './labelsFile';
import { hasPictureName } from './listFolder';
import { sampleFolder } from './samples';
import { uniteNames } from './uniteNames';

export interface ImageFolderOptions {
  /** the group of a picture, by its path inside the folder; default: the `group` column of labels.csv, if there is one */
  groupOf?: (path: string) => string | undefined;
  /**
   * which folder above a picture names its class: the one below the dataset or part ('top'), the one that it lies in ('leaf'),
   * or the one at a depth (1 is 'top'); default 'top'
   */
  classes?: ClassFolders;
}

/**
 * Find the labelled pictures in a folder with one subfolder a class, or with `train` and `validation` (and perhaps
 * `test`) folders that hold such subfolders. Pictures may lie deeper, links are followed, hidden files and folders that
 * systems make (thumbnails, trash) are passed over, and a folder that holds nothing but the dataset's folder is seen through.
 * A `test` folder whose pictures lie in no class folders gives {@link Dataset.unlabelled}. No picture is opened yet;
 * {@link Dataset.skipped} names what cannot be one, or cannot be read, and {@link Dataset.warnings} what to look at.
 *
 * @param folder a path, or the name of a bundled sample: 'emoji'
 * @example imageFolder('GroceryStore', { classes: 'leaf' }) // train/Fruit/Apple/Granny-Smith/1.jpg is a 'Granny-Smith'
 * @throws {UserError} if there is no such folder, or not at least two classes with pictures in it
 */
export function imageFolder(folder: string, options?: ImageFolderOptions): Dataset {
  const { groupOf, classes: mode } = withDefaults('imageFolder', options, {
    groupOf: undefined as ImageFolderOptions['groupOf'],
    classes: 'top' as ClassFolders,
  });
  checkClassFolders('imageFolder', mode);
  const root = findFolder(
    folder,
    "give a folder with one subfolder a class, or the sample 'emoji'; public datasets, such as flowers, come by openDataset",
  );
  const findings = new Findings();
  const { parts, heldOut } = partsOf(root, findings);
  const found = parts.flatMap((part) => picturesOf(part, mode, findings));
  const { nameOf, classes } = namesOf(found, parts, findings);
  if (classes.length < 2) {
    const has = classes.length === 0 ? 'no subfolder with pictures' : `pictures of one class only, '${classes[0]}'`;
    throw new UserError(
      `'${folder}' has ${has}: expected one subfolder a class, at least two, like roses/1.jpg and tulips/1.jpg${passedOver(root, findings.skipped)}`,
    );
  }
  if (mode === 'top') {
    const note = leavesNote(found.map(({ file, part }) => ({ file, part: part.path })));
    if (note !== undefined) findings.warnings.push(note);
  }
  const groups =
    groupOf ??
    groupsFromLabels(
      root,
      found.map(({ file }) => relative(root, file)),
      findings,
    );
  const labelOf = new Map(classes.map((name, label) => [name, label]));
  const examples = found.map(({ file, classPath, part: { subset } }): Example => {
    const group = groups(relative(root, file));
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
    ...findings.told(),
    ...(unlabelled.length > 0 && { unlabelled }),
  };
}

interface Found {
  file: string;
  classPath: string;
  part: FolderPart;
}

/** The pictures of one part, with the path of the folder that names their class. */
function picturesOf(part: FolderPart, mode: ClassFolders, findings: Findings): Found[] {
  const { path } = part;
  const { folders, files, lost } = findings.list(path);
  for (const { name } of files.filter(({ name }) => hasPictureName(name))) {
    findings.skipped.push({ file: join(path, name), reason: 'lies in no class folder' });
  }
  for (const { file, reason } of lost) {
    if (hasPictureName(file)) continue;
    findings.warnings.push(`'${relative(path, file) || path}' is left out: ${reason}. If it is a class, it is missing`);
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
        reason: `lies less deep than the folders at depth ${mode}, which name the classes`,
      });
      return [];
    });
  });
}

/** Class names, sorted, and the one that each class folder stands for. */
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
 * Find the pictures in a folder, and below it, that nobody has labelled: to predict, or to look at.
 *
 * @returns no classes and no examples; the pictures are {@link Dataset.unlabelled}
 * @throws {UserError} if there is no such folder, or no picture in it
 */
export function unlabelledFolder(folder: string): Dataset & { unlabelled: Example[] } {
  const root = findFolder(folder, 'give a folder with pictures in it');
  const findings = new Findings();
  const unlabelled = picturesBelow(root, findings).map((file) => ({ file, label: -1 }));
  const { skipped } = findings;
  if (unlabelled.length === 0) {
    throw new UserError(`'${folder}' has no picture that is read${skipped[0] ? `: ${skipped[0].reason}` : ''}`);
  }
  return { folder: root, classes: [], examples: [], skipped, unlabelled, ...findings.told() };
}

function findFolder(folder: string, advice: string): string {
  if (typeof folder !== 'string') throw new UserError(`a folder is named by a text, got ${String(folder)}: ${advice}`);
  const root = existsSync(folder) ? resolve(folder) : (sampleFolder(folder) ?? resolve(folder));
  if (!existsSync(root)) throw new UserError(`no folder '${folder}': ${advice}`);
  if (!statSync(root).isDirectory()) throw new UserError(`'${folder}' is a file, not a folder: ${advice}`);
  return root;
}

/** What was found and not taken, as the end of an error. */
function passedOver(root: string, skipped: readonly Skipped[]): string {
  const file = skipped.find(({ file }) => !existsSync(file) || !statSync(file).isDirectory()) ?? skipped[0];
  if (!file) return '';
  const number = skipped.length === 1 ? 'One was' : `${skipped.length} were`;
  return `. ${number} passed over: ${relative(root, file.file)}: ${file.reason}`;
}
