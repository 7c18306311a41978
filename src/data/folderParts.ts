import { join, relative } from 'node:path';
import type { Subset } from './dataset';
import { Findings, hasPictureBelow } from './findPictures';
import { listFolder } from './listFolder';
import { subsetOfFolder } from './subsetNames';

/** A folder with class folders in it. */
export interface FolderPart {
  path: string;
  subset: Subset | undefined;
}

/** The folders with class folders in them, and those with unlabelled pictures. */
export function partsOf(root: string, findings: Findings): { parts: FolderPart[]; heldOut: string[] } {
  const inner = unwrapFolder(root);
  if (inner !== root) {
    findings.note(`the dataset is '${relative(root, inner)}', the only folder in '${root}' with class folders`);
  }
  const { folders, files, unreadable } = listOrNothing(inner, findings);
  const named = new Map(
    folders.flatMap((name) => {
      const found = subsetOfFolder(name);
      return found ? [[name, found] as const] : [];
    }),
  );
  const parts = folders.filter((name) => named.has(name) && holdsClasses(join(inner, name)));
  // folders with a common prefix ('seg_train', 'seg_test') are parts only when there are no others: 'bullet_train' may be a class
  const prefixes = new Set(parts.map((name) => named.get(name)!.before));
  const plain =
    [...prefixes].every((before) => before === '') || (prefixes.size === 1 && named.size === folders.length);
  if (!plain || !parts.some((name) => named.get(name)!.subset === 'train')) {
    return { parts: [{ path: inner, subset: undefined }], heldOut: [] };
  }
  const heldOut = folders.filter((name) => !parts.includes(name) && named.get(name)?.subset === 'test');
  for (const name of folders) {
    if (parts.includes(name) || heldOut.includes(name)) continue;
    const reason = "is next to 'train', so it is not a class folder, and its name is not validation or test";
    findings.skipped.push({ file: join(inner, name), reason });
  }
  for (const { name } of files.filter(({ isPicture }) => isPicture)) {
    findings.skipped.push({ file: join(inner, name), reason: 'is in no class folder' });
  }
  for (const { file, reason } of unreadable) {
    if (subsetOfFolder(relative(inner, file)))
      findings.warnings.push(`'${relative(inner, file)}' is left out: ${reason}`);
  }
  return {
    parts: parts.map((name) => ({ path: unwrapFolder(join(inner, name), 1), subset: named.get(name)!.subset })),
    heldOut: heldOut.map((name) => join(inner, name)),
  };
}

/** Names of folders that hold pictures of all classes. */
const PICTURES = /^(?:images?|imgs?|pictures?|pics|photos?|jpe?gs?|pngs?|data|raw|files)$/i;

/** Whether the folders inside a dataset say the classes of its pictures, rather than only the parts, or nothing at all. */
export function hasClassFolders(root: string): boolean {
  const { parts } = partsOf(root, new Findings());
  const names = parts.flatMap(({ path }) =>
    listOrNothing(path, new Findings()).folders.filter((name) => hasPictureBelow(join(path, name))),
  );
  const divided = parts.some(({ subset }) => subset !== undefined);
  return (divided || names.length > 1) && names.some((name) => mayBeClass(name));
}

/** Whether a folder's name may be that of a class: not `train`, `images`, ... */
export const mayBeClass = (name: string): boolean => !PICTURES.test(name) && subsetOfFolder(name) === undefined;

/** List a folder without recording findings, as it is listed again when its classes are read. */
function listOrNothing(folder: string, findings: Findings) {
  try {
    return listFolder(folder);
  } catch {
    return findings.list(folder);
  }
}

/** Of the pictures in class folders, so many may lie beside these folders: a preview, or one that was misplaced. */
const STRAY = 0.1;

/** A part contains class folders and hardly any pictures beside them, unlike a class that is named 'train'. */
function holdsClasses(folder: string): boolean {
  try {
    const { folders, files } = listFolder(folder);
    if (folders.length === 0) return false;
    const beside = countPictures(files);
    if (beside === 0) return true;
    const inside = folders.map((name) => countPictures(listFolder(join(folder, name)).files));
    return beside <= STRAY * inside.reduce((sum, count) => sum + count, 0);
  } catch {
    return false;
  }
}

const countPictures = (files: readonly { isPicture: boolean }[]) => files.filter(({ isPicture }) => isPicture).length;

/**
 * The folder that contains the classes or parts: archives often wrap a dataset in further folders (`archive/PetImages/Cat`,
 * `training_set/training_set/cats`). A single folder with pictures in it is a class, not a wrapper.
 */
function unwrapFolder(folder: string, depth = 0): string {
  try {
    const { folders, files } = listFolder(folder);
    if (depth > 10 || files.some(({ isPicture }) => isPicture)) return folder;
    const withPictures = folders.filter((name) => hasPictureBelow(join(folder, name)));
    if (withPictures.length !== 1) return folder;
    const inner = join(folder, withPictures[0]!);
    if (!holdsClasses(inner) || (subsetOfFolder(withPictures[0]!) && depth === 0 && isPlainPart(inner))) return folder;
    return unwrapFolder(inner, depth + 1);
  } catch {
    return folder;
  }
}

/** Whether the only folder is a part whose folders are classes, as in `photos/train/cat`. */
const isPlainPart = (folder: string): boolean => unwrapFolder(folder, 1) === folder;
