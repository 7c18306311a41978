import { basename, relative } from 'node:path';
import { hasPictureName } from './listFolder';

/**
 * Finds the picture that a table means: by its path, or by a part of it that only one picture has. Tables come from other
 * machines, with other folders before the path (`C:\Users\me\photos\cat\1.jpg`, `dataset/train/cat/1.jpg`), with fewer
 * (`1.jpg`), without the name's ending (`000c34`), or in other letters (`CAT/1.JPG`).
 */
export class PictureIndex {
  private readonly byName = new Map<string, { file: string; parts: string[] }[]>();

  /** @param files absolute paths, or paths below `folder` */
  constructor(folder: string, files: readonly string[]) {
    for (const file of files) {
      const parts = partsOf(folder === '' ? file : relative(folder, file));
      this.add(parts.at(-1)!, file, parts);
      this.add(withoutEnding(parts.at(-1)!), file, [...parts.slice(0, -1), withoutEnding(parts.at(-1)!)]);
    }
  }

  private add(name: string, file: string, parts: string[]): void {
    const known = this.byName.get(name);
    if (known) known.push({ file, parts });
    else this.byName.set(name, [{ file, parts }]);
  }

  /** The one picture whose path and the given one end alike, up to the shorter one's start; several where it is not told which. */
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

/** The names in a path of any system, in small letters and one coding. */
const partsOf = (path: string): string[] =>
  path
    .normalize('NFC')
    .toLowerCase()
    .split(/[/\\]+/)
    .filter((part) => part !== '' && part !== '.' && part !== '..' && !/^[a-z]:$/.test(part));

const withoutEnding = (name: string) => (hasPictureName(name) ? basename(name).replace(/\.[^.]+$/, '') : name);
