import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { UserError } from '../../core/errors';
import { realPathBelow } from '../../core/safePath';
import { type Dataset, samples } from '../../data';
import { isUnpacked, openDataset, publicDatasets } from '../../data/public';
import { fingerprint } from '../plan';
import type { Found, StudyEntry } from './presence';

/** Milliseconds before pictures that were found are checked again, and before missing ones are looked for again. */
const FOUND_HOLDS = 10_000;
const LOOK_AGAIN = 30_000;
/** How many of the last parts of a study's path are looked for below the folders of this machine. */
const DEEPEST = 4;

/** The result of looking for a study's pictures; `data` is their location, as for `openDataset`. */
export type Search = { found: 'here'; data: string } | { found: Exclude<Found, 'here'> };

/**
 * The pictures that a worker may read: those below its folders, and sample and public datasets by their names.
 *
 * A study gives the path of its pictures on its own machine. On this machine they are looked for at the same path, then below
 * each folder by the last parts of that path, as a disk may be mounted elsewhere. Their fingerprint tells whether they are the
 * same pictures.
 */
export class LocalPictures {
  private readonly known = new Map<string, { search: Search; until: number }>();
  private readonly roots: string[];

  /**
   * @param folders below which pictures may be read, and which may be datasets themselves. Default: the current folder
   * @param onMessage called with messages about downloads
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

  /** Look for a study's pictures. It never throws: a dataset that cannot be read is not the study's. */
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
        if (named.includes(place)) worst = { found: 'different' }; // the folder exists, but is not a dataset
      }
    }
    return worst;
  }

  /** Where a study's pictures may be, by its path, the most likely place first. */
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
          return []; // it does not exist, or leads out of the folder
        }
      }),
    );
    return [...own, ...below];
  }

  /** The worker's folders, each of which may be a dataset itself, or its table. */
  private datasets(): string[] {
    return (this.folders ?? []).map((folder) => realpathSync(folder));
  }

  /** Whether the worker could read the pictures, if they existed at this path. */
  private mayExist(data: string): boolean {
    return isName(data) || (!existsSync(data) && this.roots.some((root) => isBelow(root, resolve(data))));
  }

  /** Whether all pictures of a dataset are below the worker's folders; links or a table may lead elsewhere. */
  private isInside({ examples, folder }: Dataset): boolean {
    // an archive below the worker's folders, or a table with pictures in it, is unpacked into the cache
    const roots = isUnpacked(folder) ? [...this.roots, realpathSync(folder)] : this.roots;
    return examples.every(({ file }) => {
      const real = realpathSync(file);
      return roots.some((root) => isBelow(root, real));
    });
  }
}

function isBelow(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** Whether it is the name of a sample or public dataset. */
function isName(data: string): boolean {
  return !existsSync(data) && (samples.includes(data) || Object.hasOwn(publicDatasets, data));
}
