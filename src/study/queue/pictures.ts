import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { UserError } from '../../core/errors';
import { realPathBelow } from '../../core/safePath';
import { type Dataset, samples } from '../../data';
import { openDataset, publicDatasets } from '../../data/public';
import { fingerprint } from '../plan';
import type { Found, StudyEntry } from './presence';

/** Milliseconds for which what was found holds, and for which what was not is not looked for again. */
const FOUND_HOLDS = 10_000;
const LOOK_AGAIN = 30_000;
/** Last parts of a study's path that may lie below a folder of this machine in the same way. */
const DEEPEST = 4;

/** What came of looking for a study's pictures: where they are, as for `openDataset`, if they are here. */
export type Search = { found: 'here'; data: string } | { found: Exclude<Found, 'here'> };

/**
 * The pictures that a worker may read: those below its folders, the bundled samples and public datasets by their names.
 *
 * A study names its pictures as its own machine does. Here they are looked for at the same path, then below each folder by the
 * last parts of that path, so that a disk may be mounted elsewhere. Whether they are the study's is told by their fingerprint.
 */
export class LocalPictures {
  private readonly known = new Map<string, { search: Search; until: number }>();
  private readonly roots: string[];

  /**
   * @param folders below which pictures may be read, and which may themselves be a dataset; default: what lies below the current one
   * @param onMessage hears of downloads
   * @throws {UserError} if one of them does not exist
   */
  constructor(
    private readonly folders: readonly string[] | undefined,
    private readonly onMessage: (text: string) => void,
  ) {
    for (const folder of folders ?? []) {
      if (!existsSync(folder))
        throw new UserError(`worker: there is no folder '${folder}' to take pictures from (--data)`);
    }
    this.roots = (folders ?? ['.']).map((folder) => realpathSync(statSync(folder).isFile() ? dirname(folder) : folder));
  }

  /** Look for a study's pictures. It never throws: whatever is wrong with them, they are not the study's. */
  async find(study: Pick<StudyEntry, 'data' | 'dataFingerprint'>): Promise<Search> {
    const key = `${study.dataFingerprint} ${study.data}`;
    const known = this.known.get(key);
    if (known && performance.now() < known.until) return known.search;
    const first = known?.search.found === 'here' ? [known.search.data] : [];
    const search = await this.look(study, first);
    const holds = search.found === 'here' ? FOUND_HOLDS : LOOK_AGAIN;
    this.known.set(key, { search, until: performance.now() + holds });
    return search;
  }

  private async look({ data, dataFingerprint }: Pick<StudyEntry, 'data' | 'dataFingerprint'>, first: string[]) {
    const named = this.placesNamed(data);
    let worst: Search = { found: this.mayExist(data) ? 'missing' : 'outside' };
    for (const place of new Set([...first, ...named, ...this.datasets()])) {
      try {
        const dataset = await openDataset(place, { listener: { onMessage: this.onMessage } });
        const isStudys = fingerprint(dataset) === dataFingerprint;
        if (isStudys && (isName(place) || this.isInside(dataset)))
          return { found: 'here', data: place } satisfies Search;
        if (named.includes(place)) worst = { found: isStudys ? 'outside' : 'different' };
      } catch {
        if (named.includes(place)) worst = { found: 'different' }; // it is there, and no dataset
      }
    }
    return worst;
  }

  /** Where a study's pictures would be by its path, the likeliest first. */
  private placesNamed(data: string): string[] {
    if (isName(data)) return [data];
    const parts = data.split(/[\\/]/).filter(Boolean).slice(-DEEPEST);
    const ends = parts.map((_, i) => parts.slice(i).join('/'));
    const own = this.datasets().filter((folder) => folder === resolve(data));
    const below = this.roots.flatMap((root) =>
      [isAbsolute(data) ? relative(root, data) : '', ...ends].flatMap((name) => {
        try {
          return [realPathBelow(root, name)];
        } catch {
          return []; // not below the folder, or not there
        }
      }),
    );
    return [...own, ...below];
  }

  /** The folders of the command line, each of which may be a dataset itself, or a table of one. */
  private datasets(): string[] {
    return (this.folders ?? []).map((folder) => realpathSync(folder));
  }

  /** Whether the path is one that may be read, if there were anything. */
  private mayExist(data: string): boolean {
    return isName(data) || (!existsSync(data) && this.roots.some((root) => isBelow(root, resolve(data))));
  }

  /** Whether no picture of a dataset lies elsewhere, by a link or by a line of a table. */
  private isInside({ examples }: Dataset): boolean {
    return examples.every(({ file }) => {
      const real = realpathSync(file);
      return this.roots.some((root) => isBelow(root, real));
    });
  }
}

function isBelow(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** Whether a dataset goes by its name: it is bundled, or fetched from where everyone gets it. */
function isName(data: string): boolean {
  return !existsSync(data) && (samples.includes(data) || Object.hasOwn(publicDatasets, data));
}
