import { dealBits, HashChunk } from './hashChunk';
import { ALIKE_BITS, countBits } from './perceptualHash';
import type { UnionFind } from './unionFind';

/** So many others are looked at for one hash, in all chunks: only a crowd of nearly equal hashes has more. */
const MOST_ENTRIES = 20_000;

/** What is known of the hashes, and what is done with two that are near each other. */
export interface NearHashListener {
  /** [count] the picture that stands for each hash, or -1 while its pictures are of several groups */
  pictures: Int32Array;
  /** which pictures are known to be of one group: hashes of one group are not compared */
  alike: UnionFind;
  /** two hashes that differ in few bits; each pair is met once. @returns false when `a` was compared with enough others */
  onNear(a: number, b: number): boolean;
  /** there are too many hashes like this one to look at all of them */
  onTooMany(hash: number): void;
}

/**
 * All pairs of hashes that differ in at most {@link ALIKE_BITS} of their 128 bits, by multi-index hashing (Norouzi, Punjani, Fleet
 * 2012, Fast Search in Hamming Space with Multi-Index Hashing): such hashes agree, but for a bit or two, in at least one of several
 * chunks, so that only hashes which do are compared. Chunks have about log2(count) bits, so that few hashes share a value.
 * Hashes of one group are passed over as one, so that many that are alike take no longer.
 *
 * @param hashes [count, 4] hashes of four words each, all different
 * @returns steps of the work: how many hashes are done, at each
 */
export function* findNearHashes(hashes: Uint32Array, listener: NearHashListener): Generator<number> {
  const count = hashes.length / 4;
  if (count < 2) return;
  const bits = Math.min(20, Math.max(8, Math.round(Math.log2(count + 1))));
  const chunks = Math.round(128 / bits);
  // Hashes of at most 18 differing bits cannot differ in more than these radii in all chunks: that would make 19 at least.
  const apart = ALIKE_BITS + 1;
  const radius = (chunk: number) => Math.floor(apart / chunks) - 1 + (chunk < apart % chunks ? 1 : 0);
  const before: HashChunk[] = [];
  const entriesLeft = new Int32Array(count).fill(MOST_ENTRIES);
  for (const [i, bitsOfChunk] of dealBits(hashes, chunks).entries()) {
    const chunk = new HashChunk(hashes, bitsOfChunk, radius(i));
    const search = new ChunkSearch(chunk, before, entriesLeft, listener);
    for (let place = 0; place < count; place++) {
      search.add(place);
      yield (i * count + place) / chunks;
    }
    before.push(chunk);
  }
}

/**
 * Compares each hash of a chunk with those before it in the chunk's order. The hashes of one value are a list of groups, and each
 * group is a list of hashes; all are named by their places in the chunk's order, so that what is used together lies together.
 */
class ChunkSearch {
  /** by value: the first group, or -1 */
  private readonly firstGroup: Int32Array;
  /** by the first hash of a group: the next group, or -1 */
  private readonly nextGroup: Int32Array;
  /** by hash: the next one of its group, or -1 */
  private readonly nextMember: Int32Array;
  /** by the first hash of a group: its last one */
  private readonly lastMember: Int32Array;
  /** by number of a group: in which visit to a value it was met last, and the place of its list there */
  private readonly met: Float64Array;
  private readonly listOf: Int32Array;
  private readonly difference = new Uint32Array(4);
  private visits = 0;

  constructor(
    private readonly chunk: HashChunk,
    private readonly earlier: readonly HashChunk[],
    /** by hash: how many others it may still be compared with */
    private readonly entriesLeft: Int32Array,
    private readonly listener: NearHashListener,
  ) {
    const count = chunk.order.length;
    this.firstGroup = new Int32Array(2 ** chunk.bits.length).fill(-1);
    this.nextGroup = new Int32Array(count).fill(-1);
    this.nextMember = new Int32Array(count).fill(-1);
    this.lastMember = new Int32Array(count);
    this.met = new Float64Array(listener.alike.count).fill(-1);
    this.listOf = new Int32Array(listener.alike.count);
  }

  /** Compare the hash at a place with those before it, and put it into its list. */
  add(place: number): void {
    const { firstGroup, nextGroup, nextMember, entriesLeft } = this;
    const { flips, values, order } = this.chunk;
    const own = values[place]!;
    const hash = order[place]!;
    for (let i = 0; i < flips.length && entriesLeft[hash]! > 0; i++) {
      const value = own ^ flips[i]!;
      if (value > own) continue; // its hashes come later
      const first = firstGroup[value]!;
      if (first < 0) continue;
      // most values have one hash, which is far from this one
      const one = nextGroup[first]! < 0 && nextMember[first]! < 0;
      if (one && !this.isNear(first, place)) entriesLeft[hash]! -= 1;
      else this.visit(value, place);
    }
    if (this.entriesLeft[hash]! <= 0) this.listener.onTooMany(hash);
    this.nextGroup[place] = this.firstGroup[own]!;
    this.firstGroup[own] = place;
    this.lastMember[place] = place;
  }

  private visit(value: number, place: number): void {
    const { nextGroup, nextMember, chunk } = this;
    const visit = ++this.visits;
    const hash = chunk.order[place]!;
    let left = this.entriesLeft[hash]!;
    let before = -1;
    for (let first = this.firstGroup[value]!; first >= 0; first = nextGroup[first]!) {
      if (--left <= 0) break;
      // most are single hashes that are far from this one
      if (nextMember[first]! < 0 && !this.isNear(first, place)) {
        before = first;
        continue;
      }
      const other = chunk.order[first]!;
      let group = this.groupOf(other);
      if (group < 0 || group !== this.groupOf(hash)) {
        left = this.compareWithGroup(first, place, left);
        group = this.groupOf(other);
      }
      if (group >= 0 && this.met[group] === visit) {
        this.append(first, this.listOf[group]!, before); // two lists whose hashes have become one group
        first = before;
        continue;
      }
      if (group >= 0) {
        this.met[group] = visit;
        this.listOf[group] = first;
      }
      before = first;
    }
    this.entriesLeft[hash] = left;
  }

  /** A number that is the same for hashes of one group; -1 for one whose pictures are of several groups. */
  private groupOf(hash: number): number {
    const { pictures, alike } = this.listener;
    const picture = pictures[hash]!;
    return picture < 0 ? -1 : alike.rootOf(picture);
  }

  /** @param left how many hashes may be looked at. @returns how many are left */
  private compareWithGroup(first: number, place: number, left: number): number {
    const { order } = this.chunk;
    const own = order[place]!;
    for (let member = first; member >= 0; member = this.nextMember[member]!) {
      if (--left <= 0) return 0;
      if (!this.isNear(member, place) || this.wasMet(member, place)) continue;
      if (!this.listener.onNear(own, order[member]!)) return 0;
      const group = this.groupOf(own);
      if (group >= 0 && group === this.groupOf(order[member]!)) return left;
    }
    return left;
  }

  /** Append a group's list to another one's of the same value. @param before the first hash of the group before it */
  private append(first: number, to: number, before: number): void {
    this.nextMember[this.lastMember[to]!] = first;
    this.lastMember[to] = this.lastMember[first]!;
    this.nextGroup[before] = this.nextGroup[first]!;
  }

  private isNear(a: number, b: number): boolean {
    const { words } = this.chunk;
    const i = 4 * a;
    const j = 4 * b;
    const half = countBits(words[i]! ^ words[j]!) + countBits(words[i + 1]! ^ words[j + 1]!);
    if (half > ALIKE_BITS) return false;
    const rest = countBits(words[i + 2]! ^ words[j + 2]!) + countBits(words[i + 3]! ^ words[j + 3]!);
    return half + rest <= ALIKE_BITS;
  }

  /** Whether two hashes met in an earlier chunk. */
  private wasMet(a: number, b: number): boolean {
    const { words } = this.chunk;
    for (let i = 0; i < 4; i++) this.difference[i] = words[4 * a + i]! ^ words[4 * b + i]!;
    return this.earlier.some((chunk) => chunk.isNear(this.difference));
  }
}
