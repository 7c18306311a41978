import { basename, relative } from 'node:path';
import { hasPictureName } from './listFolder';

/**
 * Finds the picture of a path in a table: by its whole path, or by its last components. Tables often come from other machines, with
 * other folders (`C:\Users\me\photos\cat\1.jpg`, `dataset/train/cat/1.jpg`), without folders (`1.jpg`), without extension
 * (`000c34`), or in another case (`CAT/1.JPG`).
 */
export class PictureIndex {
  private readonly byName = new Map<string, { file: string; parts: string[] }[]>();

  /** @param files absolute paths, or paths below `folder` */
  constructor(folder: string, files: readonly string[]) {
    for (const file of files) {
      const parts = partsOf(folder === '' ? file : relative(folder, file));
      this.add(parts.at(-1)!, file, parts);
      this.add(withoutExtension(parts.at(-1)!), file, [...parts.slice(0, -1), withoutExtension(parts.at(-1)!)]);
    }
  }

  private add(name: string, file: string, parts: string[]): void {
    const known = this.byName.get(name);
    if (known) known.push({ file, parts });
    else this.byName.set(name, [{ file, parts }]);
  }

  /** The pictures whose path ends with the given one, or the other way round; more than one when it is ambiguous. */
  find(path: string): string[] {
    const parts = partsOf(path);
    const name = parts.at(-1);
    if (name === undefined) return [];
    const alike = (this.byName.get(name) ?? []).filter((one) => {
      const common = Math.min(one.parts.length, parts.length);
      return Array.from({ length: common }, (_, i) => i + 1).every((i) => one.parts.at(-i) === parts.at(-i));
    });
    const exact = alike.filter((one) => one.parts.length === parts.length);
    return [...new Set((exact.length > 0 ? exact : alike).map(({ file }) => file))];
  }
}

/** The components of a path of any operating system, in lower case and Unicode form NFC. */
const partsOf = (path: string): string[] =>
  path
    .normalize('NFC')
    .toLowerCase()
    .split(/[/\\]+/)
    .filter((part) => part !== '' && part !== '.' && part !== '..' && !/^[a-z]:$/.test(part));

const withoutExtension = (name: string) => (hasPictureName(name) ? basename(name).replace(/\.[^.]+$/, '') : name);
