/** Some bits of every hash, and which hashes have which values there. */
export class HashChunk {
  /** value of the bits of each hash */
  private readonly keys: Int32Array;
  /** what to add by exclusive or to a value to get each of the values near it */
  private readonly flips: Int32Array;
  /** by value: an entry that stands for the first group in the bucket, or -1 */
  readonly firstGroup: Int32Array;
  /** by the entry that stands for a group: the one of the next group in the bucket, or -1 */
  readonly nextGroup: Int32Array;
  /** by entry: the next of the same group in the bucket, or -1 */
  readonly nextMember: Int32Array;
  /** by the entry that stands for a group: its last member in the bucket */
  readonly lastMember: Int32Array;

  /**
   * @param hashes four words each
   * @param bits which of the 128 bits belong to the chunk; at most 24
   * @param radius by how many bits values that count as near may differ; negative: none is near
   */
  constructor(hashes: readonly Uint32Array[], bits: readonly number[], radius: number) {
    this.keys = Int32Array.from(hashes, (hash) => {
      let key = 0;
      for (const [i, bit] of bits.entries()) key |= bitOf(hash, bit) << i;
      return key;
    });
    this.flips = Int32Array.from(flipsOf(bits.length, radius));
    this.firstGroup = new Int32Array(2 ** bits.length).fill(-1);
    this.nextGroup = new Int32Array(hashes.length).fill(-1);
    this.nextMember = new Int32Array(hashes.length).fill(-1);
    this.lastMember = new Int32Array(hashes.length);
  }

  /** Call `visit` with every value near the one of an entry that some entry has. */
  eachNear(entry: number, visit: (key: number) => void): void {
    const own = this.keys[entry]!;
    for (const flip of this.flips) {
      const key = own ^ flip;
      if (this.firstGroup[key]! >= 0) visit(key);
    }
  }

  /** Put an entry into its bucket, as a group of its own. */
  add(entry: number): void {
    const key = this.keys[entry]!;
    this.nextGroup[entry] = this.firstGroup[key]!;
    this.firstGroup[key] = entry;
    this.lastMember[entry] = entry;
  }

  /** Append a group's list to another one's of the same bucket. @param before the group before it in the bucket */
  merge(group: number, into: number, before: number): void {
    this.nextMember[this.lastMember[into]!] = group;
    this.lastMember[into] = this.lastMember[group]!;
    this.nextGroup[before] = this.nextGroup[group]!;
  }
}

const bitOf = (hash: Uint32Array, bit: number) => (hash[bit >>> 5]! >>> (bit & 31)) & 1;

/** All numbers of `bits` bits of which at most `most` are 1, fewest first. */
function flipsOf(bits: number, most: number, from = 0): number[] {
  if (most < 0) return [];
  const result = [0];
  if (most === 0) return result;
  for (let i = from; i < bits; i++) for (const rest of flipsOf(bits, most - 1, i + 1)) result.push((1 << i) | rest);
  return result;
}

/**
 * Deal the 128 bits to chunks so that each gets its part of those that tell most: bits that are the same in nearly all hashes
 * (a plain background) would make a chunk in which all agree.
 */
export function dealBits(hashes: readonly Uint32Array[], chunks: number): number[][] {
  const ones = new Float64Array(128);
  for (const hash of hashes) for (let bit = 0; bit < 128; bit++) ones[bit]! += bitOf(hash, bit);
  const unevenness = (bit: number) => Math.abs(ones[bit]! / hashes.length - 0.5);
  const order = Array.from({ length: 128 }, (_, bit) => bit).sort((a, b) => unevenness(a) - unevenness(b) || a - b);
  return Array.from({ length: chunks }, (_, chunk) => order.filter((_, place) => place % chunks === chunk));
}
