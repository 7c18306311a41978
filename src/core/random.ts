/**
 * A seeded random number generator: the same seed gives the same numbers on every machine.
 *
 * The algorithm is sfc32 of Chris Doty-Humphrey's PractRand (2010), seeded with a hash of seed and purpose, so that the numbers for one
 * purpose do not depend on how many are drawn for another.
 */
export class Random {
  private readonly state: [number, number, number, number];

  constructor(seed: number, purpose = '') {
    let hash = 0x811c9dc5; // FNV-1a
    for (const byte of Buffer.from(`${seed}/${purpose}`)) hash = Math.imul(hash ^ byte, 0x01000193);
    this.state = [hash, hash ^ 0x9e3779b9, Math.imul(hash, 0x85ebca6b) | 1, 1];
    for (let i = 0; i < 16; i++) this.bits();
  }

  /** 32 random bits as an unsigned whole number. */
  bits(): number {
    let [a, b, c, counter] = this.state;
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    this.state[0] = a;
    this.state[1] = b;
    this.state[2] = c;
    this.state[3] = counter;
    return result >>> 0;
  }

  /** A uniform number in [0, 1), with a resolution of 32 bits. */
  uniform(): number {
    return this.bits() / 2 ** 32;
  }

  /** A whole number in [0, bound). */
  integer(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** A number of the standard normal distribution (Box and Muller 1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** A shuffled copy (Fisher and Yates 1938, as Durstenfeld wrote it in 1964). */
  shuffled<T>(items: ArrayLike<T>): T[] {
    const result = Array.from(items);
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const kept = result[i]!;
      result[i] = result[j]!;
      result[j] = kept;
    }
    return result;
  }
}
