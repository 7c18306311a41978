import { setImmediate } from 'node:timers/promises';
import { sha256 } from '../../core/files';
import type { Listener } from '../../core/listener';
import { dealBits, HashChunk } from './hashChunk';
import { ALIKE_BITS, countBits, type Look, looksAlike } from './perceptualHash';
import { UnionFind } from './unionFind';

/** A picture as it is compared with others. */
export interface Comparable {
  look: Look;
  /** whether all its colours are gray */
  gray: boolean;
}

/** Milliseconds of work after which progress is told, and a stop button is heard. */
const PIECE = 100;

/**
 * Groups of pictures that look alike, also by way of others of the group: the connected components of {@link looksAlike},
 * exactly as if all pairs were compared.
 *
 * Pictures of equal looks are put together first. The rest are found by multi-index hashing (Norouzi, Punjani, Fleet 2012,
 * Fast Search in Hamming Space with Multi-Index Hashing): hashes that differ in few bits agree, but for a bit or two, in at
 * least one of several chunks, so that only pictures which do are compared. Chunks have about log2(n) bits; hashes that are
 * spread out then take about n log n steps. Pictures that are known to be of one group are passed over as one, so that many
 * that are alike take no longer. Only many pictures of one hash and all of other colours are compared pair by pair.
 *
 * @param listener is told how far it is; when it says stop, the groups found so far are returned
 * @returns indices into `pictures` of each group of two or more, in order of their first pictures; whether all were compared
 */
export async function findAlike(
  pictures: readonly Comparable[],
  listener: Pick<Listener, 'onProgress' | 'shouldStop'> = {},
): Promise<{ groups: number[][]; finished: boolean }> {
  const equal = equalLooks(pictures);
  const firsts = equal.map(([first]) => pictures[first!]!);
  const search = new AlikeSearch(firsts);
  const report = (done: number) =>
    listener.onProgress?.({ task: 'comparing', done, total: firsts.length, unit: 'pictures' });
  let finished = true;
  let since = Date.now();
  for (let i = 0; i < firsts.length && finished; i++) {
    search.add(i);
    if (i % 16 > 0 || Date.now() - since < PIECE) continue;
    report(i);
    await setImmediate(); // a stop button is heard between two pieces of work only
    finished = !listener.shouldStop?.();
    since = Date.now();
  }
  if (finished && firsts.length > 0) report(firsts.length);
  const groups = search.alike
    .sets()
    .map((members) => members.flatMap((i) => equal[i]!).sort((a, b) => a - b))
    .filter((group) => group.length > 1);
  return { groups, finished };
}

/** Pictures whose looks are equal to the last bit, together. */
function equalLooks(pictures: readonly Comparable[]): number[][] {
  const groups = new Map<string, number[]>();
  const bytes = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => Buffer.from(buffer, byteOffset, byteLength);
  for (const [i, { look, gray }] of pictures.entries()) {
    const key = sha256(Buffer.concat([bytes(look.hash), bytes(look.colors), Buffer.of(gray ? 1 : 0)]));
    const members = groups.get(key);
    if (members) members.push(i);
    else groups.set(key, [i]);
  }
  return [...groups.values()];
}

/** Pictures that are compared with those added before them. In each bucket of a chunk, those of one group are one list. */
class AlikeSearch {
  /** which are known to be of one group */
  readonly alike: UnionFind;
  private readonly chunks: HashChunk[];
  /** [count, 4] the hashes, one after another: most comparisons end with them */
  private readonly words: Uint32Array;
  /** the last picture that this one was compared with: two share several chunks, and are compared once */
  private readonly comparedWith: Int32Array;
  /** by root of a group: in which visit to a bucket it was met last, and the picture that stands for it in that bucket */
  private readonly met: Float64Array;
  private readonly standsFor: Int32Array;
  private visits = 0;

  constructor(private readonly pictures: readonly Comparable[]) {
    const count = pictures.length;
    const hashes = pictures.map(({ look }) => look.hash);
    const bits = Math.min(20, Math.max(8, Math.round(Math.log2(count + 1))));
    const chunks = Math.round(128 / bits);
    // Hashes of at most 18 differing bits cannot differ in more than these radii in all chunks: that would make 19 at least.
    const apart = ALIKE_BITS + 1;
    const radius = (i: number) => Math.floor(apart / chunks) - 1 + (i < apart % chunks ? 1 : 0);
    this.chunks = dealBits(hashes, chunks).map((bitsOfChunk, i) => new HashChunk(hashes, bitsOfChunk, radius(i)));
    this.words = new Uint32Array(4 * count);
    for (const [i, hash] of hashes.entries()) this.words.set(hash, 4 * i);
    this.alike = new UnionFind(count);
    this.comparedWith = new Int32Array(count).fill(-1);
    this.met = new Float64Array(count).fill(-1);
    this.standsFor = new Int32Array(count);
  }

  /** Compare a picture with those before it, and join it with the groups it is like. */
  add(picture: number): void {
    for (const chunk of this.chunks) chunk.eachNear(picture, (key) => this.visit(chunk, key, picture));
    for (const chunk of this.chunks) chunk.add(picture);
  }

  private visit(chunk: HashChunk, key: number, picture: number): void {
    const { firstGroup, nextGroup, nextMember } = chunk;
    const visit = ++this.visits;
    let before = -1;
    for (let group = firstGroup[key]!; group >= 0; group = nextGroup[group]!) {
      // most buckets hold single pictures that were met in another chunk, or whose hashes are far apart
      if (nextMember[group]! < 0 && (this.comparedWith[group] === picture || !this.hashesAlike(group, picture))) {
        before = group;
        continue;
      }
      const root = this.alike.rootOf(group);
      if (root !== this.alike.rootOf(picture)) this.compareWithGroup(chunk, group, picture);
      if (this.met[root] === visit) {
        chunk.merge(group, this.standsFor[root]!, before); // two lists whose pictures have become one group
        group = before;
        continue;
      }
      this.met[root] = visit;
      this.standsFor[root] = group;
      before = group;
    }
  }

  private compareWithGroup(chunk: HashChunk, group: number, picture: number): void {
    const { look, gray } = this.pictures[picture]!;
    for (let member = group; member >= 0; member = chunk.nextMember[member]!) {
      if (this.comparedWith[member] === picture) continue;
      this.comparedWith[member] = picture;
      if (!this.hashesAlike(member, picture)) continue;
      const other = this.pictures[member]!;
      if (!looksAlike(look, other.look, gray || other.gray)) continue;
      this.alike.join(picture, member);
      return;
    }
  }

  private hashesAlike(a: number, b: number): boolean {
    const { words } = this;
    let distance = 0;
    for (let i = 0; i < 4; i++) {
      distance += countBits(words[4 * a + i]! ^ words[4 * b + i]!);
      if (distance > ALIKE_BITS) return false;
    }
    return true;
  }
}
