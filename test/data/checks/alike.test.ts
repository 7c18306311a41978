import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Random } from '../../../src/core/random';
import { type Comparable, findAlike } from '../../../src/data/checks/alike';
import { dealBits, HashChunk } from '../../../src/data/checks/hashChunk';
import { findNearHashes } from '../../../src/data/checks/nearHashes';
import { colorDistance, hashDistance, looksAlike } from '../../../src/data/checks/perceptualHash';
import { UnionFind } from '../../../src/data/checks/unionFind';

/** Connected components of the graph of all pairs that look alike, by breadth-first search: slow, but easy to understand. */
function byAllPairs(pictures: readonly Comparable[]): number[][] {
  const left = new Set(pictures.keys());
  const groups: number[][] = [];
  for (const first of pictures.keys()) {
    if (!left.delete(first)) continue;
    const group = [first];
    for (const i of group) {
      for (const j of left) {
        const [a, b] = [pictures[i]!, pictures[j]!];
        if (looksAlike(a.look, b.look, a.gray || b.gray) && left.delete(j)) group.push(j);
      }
    }
    if (group.length > 1) groups.push(group.sort((a, b) => a - b));
  }
  return groups;
}

/** Some hashes and colours, and pictures at distances just below and above the limit of looking alike. */
const pictures = fc
  .tuple(
    fc.array(fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 4, maxLength: 4 }), {
      minLength: 1,
      maxLength: 4,
    }),
    fc.array(
      fc.record({
        center: fc.nat(),
        flips: fc.array(fc.integer({ min: 0, max: 127 }), { maxLength: 24 }),
        color: fc.tuple(fc.integer({ min: 0, max: 80 }), fc.integer({ min: 0, max: 80 }), fc.constant(40)),
        tilt: fc.constantFrom(0, 0, 3, 9),
        gray: fc.boolean(),
      }),
      { minLength: 1, maxLength: 60 },
    ),
  )
  .map(([centers, members]) =>
    members.map(({ center, flips, color, tilt, gray }): Comparable => {
      const hash = Uint32Array.from(centers[center % centers.length]!);
      for (const bit of flips) hash[bit >>> 5]! ^= 1 << (bit & 31);
      const colors = Float32Array.from({ length: 432 }, (_, i) => color[i % 3]! + tilt * (Math.floor(i / 3) % 12));
      return { look: { hash, colors }, gray };
    }),
  );

describe('findAlike', function () {
  this.timeout(60_000);
  it('finds the same groups as a comparison of all pairs', async function () {
    this.timeout(60_000);
    let found = 0;
    await fc.assert(
      fc.asyncProperty(pictures, async (some) => {
        const { groups, ...rest } = await findAlike(some);
        assert.deepEqual(groups, byAllPairs(some));
        assert.deepEqual(rest, { finished: true, partly: 0 });
        found += groups.length;
      }),
      { numRuns: 200 },
    );
    assert.ok(found > 100, `only ${found} groups in all`);
  });

  it('joins two groups that have a similar picture in common', async () => {
    const colors = new Float32Array(432);
    const withBits = (bits: number[]) => {
      const hash = new Uint32Array(4);
      for (const bit of bits) hash[bit >>> 5]! |= 1 << (bit & 31);
      return { look: { hash, colors }, gray: false };
    };
    const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
    const [a, between, b, far] = [
      withBits([]),
      withBits(range(0, 18)),
      withBits(range(0, 36)),
      withBits(range(50, 90)),
    ];
    assert.deepEqual((await findAlike([a, b])).groups, []);
    assert.deepEqual((await findAlike([a, far, b, between])).groups, [[0, 2, 3]]);
    assert.deepEqual((await findAlike([a, withBits(range(0, 19))])).groups, []);
  });

  it('reports progress, and returns what it has found when it is stopped', async () => {
    const some = Array.from({ length: 3000 }, (_, i) => ({
      look: {
        hash: Uint32Array.of(0, 0, 0, 0),
        colors: Float32Array.from({ length: 432 }, (_, j) => ((i * 7919 + j * (i % 97) * 31) % 256) * (j % 2)),
      },
      gray: false,
    }));
    const told: number[] = [];
    const { finished } = await findAlike(some, {
      onProgress: ({ done }) => told.push(done),
      shouldStop: () => told.length >= 1,
    });
    assert.ok(told.length >= 1);
    assert.deepEqual(
      told,
      [...told].sort((a, b) => a - b),
    );
    assert.equal(finished, told.at(-1) === 3000);
  });

  it('puts thousands of equal pictures into one group', async () => {
    const equal = Array.from({ length: 5000 }, () => ({
      look: { hash: new Uint32Array(4), colors: new Float32Array(432) },
      gray: true,
    }));
    const { groups } = await findAlike(equal);
    assert.deepEqual([groups.length, groups[0]!.length], [1, 5000]);
    assert.deepEqual(await findAlike([]), { groups: [], finished: true, partly: 0 });
  });

  it('compares 2,000 pictures of one hash completely', async () => {
    const random = new Random(0, 'noise');
    const some = Array.from({ length: 2000 }, () => ({
      look: { hash: new Uint32Array(4), colors: Float32Array.from({ length: 432 }, () => 255 * random.uniform()) },
      gray: false,
    }));
    assert.deepEqual(await findAlike(some), { groups: [], finished: true, partly: 0 });
  });

  // Of many pictures of one hash, not all pairs are compared: their colours tell which are.
  for (const gray of [false, true]) {
    it(`finds copies among thousands of ${gray ? 'gray' : 'coloured'} pictures of one hash, and says that not all were compared`, async () => {
      const random = new Random(0, 'noise');
      const noise = () => Float32Array.from({ length: 432 }, () => 255 * random.uniform());
      const originals = Array.from({ length: 3000 }, noise);
      const copies = originals
        .slice(0, 500)
        .map((colors) => colors.map((value) => value + 40 * (random.uniform() - 0.5)));
      const some = [...originals, ...copies].map((colors) => ({ look: { hash: new Uint32Array(4), colors }, gray }));
      const { groups, partly } = await findAlike(some);
      assert.deepEqual(
        groups,
        copies.map((_, i) => [i, 3000 + i]),
      );
      assert.ok(partly > 1000 && partly <= 1500, String(partly));
    });
  }

  it('has an end when thousands of unlike pictures have nearly one hash', async () => {
    const random = new Random(0, 'near');
    const some = Array.from({ length: 4000 }, (_, i) => ({
      look: {
        hash: Uint32Array.of(i, 0, 0, 0),
        colors: Float32Array.from({ length: 432 }, () => 255 * random.uniform()),
      },
      gray: false,
    }));
    const { groups, partly } = await findAlike(some);
    assert.deepEqual(groups, []);
    assert.ok(partly > 3000, String(partly));
    const twice = await findAlike([...some, ...some]);
    assert.equal(twice.partly, 2 * partly); // pictures are counted, not looks
  });
});

describe('looksAlike', () => {
  it('compares colours by their distance', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 432, maxLength: 432 }),
        fc.integer({ min: 0, max: 60 }),
        fc.double({ min: 0, max: 1.3, noNaN: true }),
        (values, shift, scale) => {
          const a = Float32Array.from(values, (value) => scale * value);
          const b = Float32Array.from(values, (_, i) => shift + scale * values[431 - i]!);
          const distance = colorDistance(a, b);
          if (Math.abs(distance - 16) < 1e-3) return;
          const hash = new Uint32Array(4);
          assert.equal(looksAlike({ hash, colors: a }, { hash, colors: b }, false), distance <= 16);
        },
      ),
    );
  });
});

const flatHashes = (hashes: readonly number[][]) => Uint32Array.from(hashes.flat());

describe('chunks of hashes', () => {
  it('contain all bits, and divide the most informative ones evenly', () => {
    // bits 0 to 31 are 1 in half of the hashes, all others in none
    const hashes = flatHashes(Array.from({ length: 64 }, (_, i) => [i % 2 ? 0xffffffff : 0, 0, 0, 0]));
    const dealt = dealBits(hashes, 8);
    assert.deepEqual(
      dealt.flat().sort((a, b) => a - b),
      Array.from({ length: 128 }, (_, bit) => bit),
    );
    for (const bits of dealt) assert.equal(bits.filter((bit) => bit < 32).length, 4);
  });

  it('sort hashes by their values, and know the values within a radius', () => {
    const hashes = flatHashes([0b111, 0b1, 0b1011, 0].map((word) => [word, 7, 8, 9]));
    const near = (radius: number) => {
      const { order, values, words, flips } = new HashChunk(hashes, [0, 1, 2], radius);
      assert.deepEqual(
        [[...order], [...values]],
        [
          [3, 1, 2, 0],
          [0, 1, 3, 7],
        ],
      );
      assert.deepEqual([...words.subarray(8, 12)], [0b1011, 7, 8, 9]);
      return [...flips].sort((a, b) => a - b);
    };
    assert.deepEqual([near(-1), near(0), near(1), near(2)], [[], [0], [0, 1, 2, 4], [0, 1, 2, 3, 4, 5, 6]]);
  });
});

describe('findNearHashes', () => {
  it('meets each pair of near hashes once, and no other', () => {
    const random = new Random(1, 'hashes');
    const centers = Array.from({ length: 20 }, () => Array.from({ length: 4 }, () => random.uniform() * 2 ** 32));
    const hashes = Array.from({ length: 1500 }, (_, i) => {
      const hash = Uint32Array.from(centers[i % centers.length]!);
      for (let flips = random.uniform() * 30; flips > 0; flips--) {
        const bit = Math.floor(128 * random.uniform());
        hash[bit >>> 5]! ^= 1 << (bit & 31);
      }
      return hash;
    });
    const different = [...new Map(hashes.map((hash) => [String(hash), hash])).values()];
    const expected = different.flatMap((a, i) =>
      different.slice(0, i).flatMap((b, j) => (hashDistance(a, b) <= 18 ? [`${j} ${i}`] : [])),
    );
    const met: string[] = [];
    const listener = {
      pictures: new Int32Array(different.length).fill(-1),
      alike: new UnionFind(different.length),
      onNear: (a: number, b: number) => met.push(`${Math.min(a, b)} ${Math.max(a, b)}`) > 0,
      onTooMany: () => assert.fail('too many'),
    };
    const steps = [...findNearHashes(flatHashes(different.map((hash) => [...hash])), listener)];
    assert.ok(expected.length > 5000, String(expected.length));
    assert.deepEqual(met.sort(), expected.sort());
    assert.ok(steps.every((done, i) => i === 0 || done > steps[i - 1]!));
  });
});
