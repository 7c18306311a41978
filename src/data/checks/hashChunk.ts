import { countBits } from './perceptualHash';

/** Some of the 128 bits of every hash, with the hashes sorted by the value of these bits: those of one value lie side by side. */
export class HashChunk {
  /** [count] indices of the hashes, sorted by their values */
  readonly order: Int32Array;
  /** [count] the values, in that order */
  readonly values: Int32Array;
  /** [count, 4] the whole hashes, in that order */
  readonly words: Uint32Array;
  /** what to add by exclusive or to a value to get each of the values near it, itself first */
  readonly flips: Int32Array;
  /** [4] which bits belong to the chunk */
  private readonly mask = new Uint32Array(4);

  /**
   * @param hashes [count, 4] hashes of four words each
   * @param bits which of the 128 bits belong to the chunk; at most 24
   * @param radius by how many bits values that count as near may differ; negative: none is near
   */
  constructor(
    hashes: Uint32Array,
    readonly bits: readonly number[],
    private readonly radius: number,
  ) {
    const count = hashes.length / 4;
    const values = new Int32Array(count);
    for (const [place, bit] of bits.entries()) {
      this.mask[bit >>> 5]! |= 1 << (bit & 31);
      for (let i = 0; i < count; i++) values[i]! |= bitOf(hashes, i, bit) << place;
    }
    this.order = sortedBy(values, 2 ** bits.length);
    this.values = this.order.map((i) => values[i]!);
    this.words = new Uint32Array(4 * count);
    for (const [at, i] of this.order.entries()) this.words.set(hashes.subarray(4 * i, 4 * i + 4), 4 * at);
    this.flips = Int32Array.from(flipsOf(bits.length, radius));
  }

  /** Whether two hashes are near in this chunk, told by the bits in which they differ. */
  isNear(difference: Uint32Array): boolean {
    const { mask } = this;
    let bits = 0;
    for (let i = 0; i < 4; i++) bits += countBits(difference[i]! & mask[i]!);
    return bits <= this.radius;
  }
}

const bitOf = (hashes: Uint32Array, i: number, bit: number) => (hashes[4 * i + (bit >>> 5)]! >>> (bit & 31)) & 1;

/** Indices in the order of their values of 0 to limit - 1 (counting sort). */
function sortedBy(values: Int32Array, limit: number): Int32Array {
  const starts = new Int32Array(limit + 1);
  for (const value of values) starts[value + 1]! += 1;
  for (let value = 0; value < limit; value++) starts[value + 1]! += starts[value]!;
  const order = new Int32Array(values.length);
  for (const [i, value] of values.entries()) order[starts[value]!++] = i;
  return order;
}

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
 *
 * @param hashes [count, 4]
 */
export function dealBits(hashes: Uint32Array, chunks: number): number[][] {
  const count = hashes.length / 4;
  const unevenness = Array.from({ length: 128 }, (_, bit) => {
    let ones = 0;
    for (let i = 0; i < count; i++) ones += bitOf(hashes, i, bit);
    return Math.abs(ones / count - 0.5);
  });
  const order = Array.from({ length: 128 }, (_, bit) => bit).sort((a, b) => unevenness[a]! - unevenness[b]! || a - b);
  return Array.from({ length: chunks }, (_, chunk) => order.filter((_, place) => place % chunks === chunk));
}
