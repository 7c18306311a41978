import { join, relative } from 'node:path';
import type { Subset } from './dataset';
import { type Findings, hasPictureBelow } from './findPictures';
import { hasPictureName, listFolder } from './listFolder';
import { subsetOfFolder } from './subsetNames';

/** A folder that holds class folders. */
export interface FolderPart {
  path: string;
  subset: Subset | undefined;
}

/** The folders that hold class folders, and those that hold pictures without a label. */
export function partsOf(root: string, findings: Findings): { parts: FolderPart[]; heldOut: string[] } {
  const inner = seeThrough(root);
  if (inner !== root) {
    findings.note(`'${relative(root, inner)}' is taken, the only folder in '${root}' that holds folders of pictures`);
  }
  const { folders, files, lost } = listOrNothing(inner, findings);
  const named = new Map(
    folders.flatMap((name) => {
      const found = subsetOfFolder(name);
      return found ? [[name, found] as const] : [];
    }),
  );
  const parts = folders.filter((name) => named.has(name) && holdsClasses(join(inner, name)));
  // a common word before it ('seg_train', 'seg_test') makes parts only where nothing else lies beside: 'bullet_train' may be a class
  const prefixes = new Set(parts.map((name) => named.get(name)!.before));
  const plain =
    [...prefixes].every((before) => before === '') || (prefixes.size === 1 && named.size === folders.length);
  if (!plain || !parts.some((name) => named.get(name)!.subset === 'train')) {
    return { parts: [{ path: inner, subset: undefined }], heldOut: [] };
  }
  const heldOut = folders.filter((name) => !parts.includes(name) && named.get(name)?.subset === 'test');
  for (const name of folders) {
    if (parts.includes(name) || heldOut.includes(name)) continue;
    const reason = 'beside train, so no class folder, and none of validation and test';
    findings.skipped.push({ file: join(inner, name), reason });
  }
  for (const { name } of files.filter(({ name }) => hasPictureName(name))) {
    findings.skipped.push({ file: join(inner, name), reason: 'lies in no class folder' });
  }
  for (const { file, reason } of lost) {
    if (subsetOfFolder(relative(inner, file)))
      findings.warnings.push(`'${relative(inner, file)}' is left out: ${reason}`);
  }
  return {
    parts: parts.map((name) => ({ path: seeThrough(join(inner, name), 1), subset: named.get(name)!.subset })),
    heldOut: heldOut.map((name) => join(inner, name)),
  };
}

/** What lies in a folder that is listed again, with its findings, when its classes are looked for. */
function listOrNothing(folder: string, findings: Findings) {
  try {
    return listFolder(folder);
  } catch {
    return findings.list(folder);
  }
}

/** A part holds class folders and no pictures. A class that happens to be called 'train' holds pictures. */
function holdsClasses(folder: string): boolean {
  try {
    const { folders, files } = listFolder(folder);
    return folders.length > 0 && !files.some(({ name }) => hasPictureName(name));
  } catch {
    return false;
  }
}

/**
 * Archives often hold one folder that holds the dataset (`archive/PetImages/Cat`, `training_set/training_set/cats`): the
 * folder that the classes or parts lie in. One folder with pictures in it is a class, not a wrapper.
 */
function seeThrough(folder: string, depth = 0): string {
  try {
    const { folders, files } = listFolder(folder);
    if (depth > 10 || files.some(({ name }) => hasPictureName(name))) return folder;
    const holding = folders.filter((name) => hasPictureBelow(join(folder, name)));
    if (holding.length !== 1) return folder;
    const inner = join(folder, holding[0]!);
    if (!holdsClasses(inner) || (subsetOfFolder(holding[0]!) && depth === 0 && isPlainPart(inner))) return folder;
    return seeThrough(inner, depth + 1);
  } catch {
    return folder;
  }
}

/** `photos/train/cat`: the only folder is a part, and its folders are classes. */
const isPlainPart = (folder: string): boolean => seeThrough(folder, 1) === folder;
