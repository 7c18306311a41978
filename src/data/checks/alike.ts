import { setImmediate } from 'node:timers/promises';
import { sha256 } from '../../core/files';
import type { Listener } from '../../core/listener';
import { colorBuckets } from './colorBuckets';
import { groupBy } from './finding';
import { findNearHashes } from './nearHashes';
import { graysOf, type Look, looksAlike } from './perceptualHash';
import { UnionFind } from './unionFind';

/** A picture as it is compared with others. */
export interface Comparable {
  look: Look;
  /** whether all its colours are gray */
  gray: boolean;
}

export interface AlikePictures {
  /** indices of each group of two or more pictures, in order of their first ones */
  groups: number[][];
  /** false when the listener said stop before all were compared */
  finished: boolean;
  /** how many pictures have too many others of nearly the same hash to be compared with all of them */
  partly: number;
}

/** Milliseconds of work after which progress is told, and a stop button is heard. */
const PIECE = 100;
/** With so many others of nearly the same hash a picture is compared colour by colour. */
const MOST_COMPARISONS = 2000;
/** With so many others of different hashes near its own: this work grows fastest where hundreds of thousands have nearly one hash. */
const MOST_NEAR = 1000;

/**
 * Groups of pictures that look alike, also by way of others of the group: the connected components of {@link looksAlike}, as if all
 * pairs were compared, in a time that hardly grows faster than their number.
 *
 * Pictures of equal hashes are compared by their colours, and different hashes that are near each other are found by
 * {@link findNearHashes}. A picture is compared with at most 2,000 others of its own hash, and 1,000 of other hashes, that are not yet
 * known to be of one group. Where more than that share a hash, those of close colours are brought together first
 * ({@link colorBuckets}), and `partly` counts the pictures that were not compared with all.
 *
 * @param listener is told how far it is; when it says stop, the groups found so far are returned
 */
export async function findAlike(
  pictures: readonly Comparable[],
  listener: Pick<Listener, 'onProgress' | 'shouldStop'> = {},
): Promise<AlikePictures> {
  const byHash = groupLooks(pictures);
  const equal = byHash.flat();
  const total = equal.length;
  let next = 0;
  const search = new AlikeSearch(
    equal.map(([first]) => pictures[first!]!),
    byHash.map((looks) => looks.map(() => next++)),
  );
  const report = (done: number) => listener.onProgress?.({ task: 'comparing', done, total, unit: 'pictures' });
  let finished = true;
  let since = Date.now();
  for (const done of search.steps()) {
    if (Date.now() - since < PIECE) continue;
    report(Math.floor(done));
    await setImmediate(); // a stop button is heard between two pieces of work only
    if (listener.shouldStop?.()) {
      finished = false;
      break;
    }
    since = Date.now();
  }
  if (finished && total > 0) report(total);
  const groups = search.alike
    .sets()
    .map((members) => members.flatMap((i) => equal[i]!).sort((a, b) => a - b))
    .filter((group) => group.length > 1)
    .sort(([a], [b]) => a! - b!);
  const partly = [...search.partly].reduce((sum, i) => sum + equal[i]!.length, 0);
  return { groups, finished, partly };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => Buffer.from(buffer, byteOffset, byteLength);

/** By hash, and for each hash by looks that are equal to the last bit: the pictures that have them. */
function groupLooks(pictures: readonly Comparable[]): number[][][] {
  const byHash = groupBy([...pictures.keys()], (i) => bytesOf(pictures[i]!.look.hash).toString('latin1'));
  return byHash.map((members) => {
    if (members.length === 1) return [members];
    return groupBy(members, (i) => `${pictures[i]!.gray} ${sha256(bytesOf(pictures[i]!.look.colors))}`);
  });
}

/** Pictures whose looks all differ, with those of one hash side by side. */
class AlikeSearch {
  /** which are known to be of one group */
  readonly alike: UnionFind;
  /** those that were not compared with all others */
  readonly partly = new Set<number>();
  /** by hash: its pictures, those that are known to be of one group together */
  private readonly groupsOf: number[][][];
  /** by hash: its first picture, or -1 while its pictures are of several groups */
  private readonly standsFor: Int32Array;
  private readonly hashes: Uint32Array;
  /** by hash: how many comparisons with pictures of other hashes are left to it */
  private readonly left: Float64Array;

  /** @param byHash the pictures of each hash */
  constructor(
    private readonly pictures: readonly Comparable[],
    byHash: readonly number[][],
  ) {
    this.alike = new UnionFind(pictures.length);
    this.groupsOf = byHash.map((members) => [members]);
    this.hashes = new Uint32Array(4 * byHash.length);
    for (const [i, [first]] of byHash.entries()) this.hashes.set(pictures[first!]!.look.hash, 4 * i);
    this.standsFor = new Int32Array(byHash.length);
    this.left = Float64Array.from(byHash, ({ length }) => MOST_NEAR * length);
  }

  /** Does the work in small steps. @returns how many pictures are done, after each */
  *steps(): Generator<number> {
    const { groupsOf, pictures } = this;
    // comparing the pictures of one hash is counted as half of the work, finding near hashes as the other half
    let done = 0;
    for (const [hash, [members]] of groupsOf.entries()) {
      const groups = members!.length > 1 ? yield* this.compareSameHash(members!, done / 2) : [members!];
      this.setGroups(hash, groups);
      done += members!.length;
    }
    const share = pictures.length / groupsOf.length / 2;
    const steps = findNearHashes(this.hashes, {
      pictures: this.standsFor,
      alike: this.alike,
      onNear: (a, b) => this.compareHashes(a, b),
      onTooMany: (hash) => this.markPartly(hash),
    });
    for (const hashesDone of steps) yield pictures.length / 2 + share * hashesDone;
  }

  /** Compare pictures of one hash with each other. @returns them by groups */
  private *compareSameHash(members: readonly number[], done: number): Generator<number, number[][]> {
    if (members.length > MOST_COMPARISONS) yield* this.joinCloseColors(members, done);
    const groups = new Map<number, number[]>(); // by what stands for the group in `alike`
    for (const picture of members) {
      let left = MOST_COMPARISONS;
      let own = this.alike.rootOf(picture);
      for (const [root, group] of groups) {
        if (root === own) continue;
        const compared = this.joinFirstAlike([picture], group, left);
        left -= compared;
        if (left < 0) {
          this.partly.add(picture);
          break;
        }
        const joined = this.alike.rootOf(picture);
        if (joined !== own || this.alike.rootOf(root) === joined) {
          const both = [...(groups.get(own) ?? []), ...group];
          groups.delete(own);
          groups.delete(root);
          groups.set(joined, both);
          own = joined;
        }
      }
      const group = groups.get(own);
      if (group) group.push(picture);
      else groups.set(own, [picture]);
      yield done;
    }
    return [...groups.values()];
  }

  /** Join those whose colours fall into one bucket, and are indeed alike. */
  private *joinCloseColors(members: readonly number[], done: number): Generator<number> {
    const colored = members.filter((i) => !this.pictures[i]!.gray);
    yield* this.joinInBuckets(colored, (i) => this.pictures[i]!.look.colors, done);
    if (colored.length === members.length) return;
    yield* this.joinInBuckets(members, (i) => graysOf(this.pictures[i]!.look), done);
  }

  private *joinInBuckets(members: readonly number[], colorsOf: (i: number) => Float32Array, done: number) {
    for (const buckets of colorBuckets(members.map(colorsOf))) {
      for (const bucket of buckets) {
        const recent: number[] = []; // a few of different groups: a bucket with more holds pictures that are not alike
        for (const place of bucket) {
          const picture = members[place]!;
          for (const other of recent) this.joinIfAlike(picture, other);
          const root = this.alike.rootOf(picture);
          if (recent.some((other) => this.alike.rootOf(other) === root)) continue;
          recent.push(picture);
          if (recent.length > 8) recent.shift();
        }
        yield done;
      }
    }
  }

  /** Compare the pictures of two hashes. @returns false when the first has used up its comparisons */
  private compareHashes(a: number, b: number): boolean {
    const { alike, groupsOf, left } = this;
    for (const own of groupsOf[a]!) {
      for (const other of groupsOf[b]!) {
        if (alike.rootOf(own[0]!) === alike.rootOf(other[0]!)) continue;
        left[a]! -= this.joinFirstAlike(own, other, left[a]!);
        if (left[a]! < 0) return false;
      }
    }
    if (this.standsFor[a]! < 0) this.setGroups(a, this.regroup(groupsOf[a]!));
    if (this.standsFor[b]! < 0) this.setGroups(b, this.regroup(groupsOf[b]!));
    return true;
  }

  private setGroups(hash: number, groups: number[][]): void {
    this.groupsOf[hash] = groups;
    this.standsFor[hash] = groups.length === 1 ? groups[0]![0]! : -1;
  }

  /** Compare two groups until two pictures are alike. @returns how many comparisons it took; more than `most` when they were not enough */
  private joinFirstAlike(own: readonly number[], others: readonly number[], most: number): number {
    let compared = 0;
    for (const picture of own) {
      for (const other of others) {
        if (++compared > most) return compared;
        if (this.joinIfAlike(picture, other)) return compared;
      }
    }
    return compared;
  }

  private joinIfAlike(a: number, b: number): boolean {
    const [one, other] = [this.pictures[a]!, this.pictures[b]!];
    if (!looksAlike(one.look, other.look, one.gray || other.gray)) return false;
    this.alike.join(a, b);
    return true;
  }

  /** Put lists together whose pictures have become one group. */
  private regroup(groups: number[][]): number[][] {
    const byRoot = new Map<number, number[]>();
    for (const group of groups) {
      const root = this.alike.rootOf(group[0]!);
      const members = byRoot.get(root);
      if (members) members.push(...group);
      else byRoot.set(root, group);
    }
    return [...byRoot.values()];
  }

  private markPartly(hash: number): void {
    for (const group of this.groupsOf[hash]!) for (const picture of group) this.partly.add(picture);
  }
}
