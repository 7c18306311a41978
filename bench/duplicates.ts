/**
 * How long it takes to find pictures that look alike: node dist/bench/duplicates.js [--counts 2000,20000,200000] [--json]
 *
 * Prints processor seconds and the number of groups found, for made-up hashes and colours of several kinds. Up to 20,000 pictures (or
 * --pairs N) all pairs are also compared one by one, which must find the same groups if no picture was compared in part.
 */
import { parseArgs } from 'node:util';
import { Random } from '../src/core/random';
import { alignColumns } from '../src/core/text';
import type { Comparable } from '../src/data/checks/alike';
import { findAlike } from '../src/data/checks/alike';
import { looksAlike } from '../src/data/checks/perceptualHash';
import { UnionFind } from '../src/data/checks/unionFind';

const COLORS = 12 * 12 * 3;

/** Made-up hashes and colours, in kinds that are easy or hard to search. */
const kinds: Record<string, (count: number, random: Random) => Comparable[]> = {
  random: (count, random) => repeat(count, () => ({ hash: randomHash(random), colors: flat(randomColor(random)) })),
  clustered: (count, random) => {
    const centers = repeat(Math.ceil(count / 100), () => ({ hash: randomHash(random), color: randomColor(random) }));
    return repeat(count, () => {
      const { hash, color } = centers[Math.floor(random.uniform() * centers.length)]!.look;
      return { hash: flipped(hash, Math.floor(random.uniform() * 8), random), colors: flat(color) };
    });
  },
  'all equal': (count) => repeat(count, () => ({ hash: new Uint32Array(4), colors: flat([90, 120, 60]) })),
  'one hash, any colour': (count, random) =>
    repeat(count, () => ({ hash: new Uint32Array(4), colors: flat(randomColor(random)) })),
  'one hash, coloured noise': (count, random) =>
    repeat(count, () => ({ hash: new Uint32Array(4), colors: noise(random) })),
  'near hashes, coloured noise': (count, random) =>
    repeat(count, () => ({ hash: Uint32Array.of(randomWord(random) & 0x3ffff, 0, 0, 0), colors: noise(random) })),
  'plain backgrounds': (count, random) =>
    repeat(count, () => ({ hash: sparseHash(random), colors: flat(randomColor(random)) })),
};

function repeat<T>(count: number, make: () => T): { look: T; gray: boolean }[] {
  return Array.from({ length: count }, () => ({ look: make(), gray: false }));
}

const randomWord = (random: Random) => Math.floor(random.uniform() * 2 ** 32) >>> 0;
const randomHash = (random: Random) => Uint32Array.from({ length: 4 }, () => randomWord(random));
const randomColor = (random: Random) => [0, 1, 2].map(() => Math.floor(256 * random.uniform()));
const flat = (color: readonly number[]) => Float32Array.from({ length: COLORS }, (_, i) => color[i % 3]!);
const noise = (random: Random) => Float32Array.from({ length: COLORS }, () => 255 * random.uniform());

/** Three of four bits are 0, as for objects on a plain background. */
function sparseHash(random: Random): Uint32Array {
  const hash = new Uint32Array(4);
  for (let bit = 0; bit < 128; bit++) {
    const inMiddle = bit % 8 > 1 && bit % 8 < 6 && bit % 64 > 15 && bit % 64 < 48;
    if (inMiddle && random.uniform() < 0.5) hash[bit >>> 5]! |= 1 << (bit & 31);
  }
  return hash;
}

function flipped(hash: Uint32Array, bits: number, random: Random): Uint32Array {
  const result = Uint32Array.from(hash);
  for (let i = 0; i < bits; i++) {
    const bit = Math.floor(random.uniform() * 128);
    result[bit >>> 5]! ^= 1 << (bit & 31);
  }
  return result;
}

/** Compares all pairs, as a reference. */
function byPairs(pictures: readonly Comparable[]): number[][] {
  const sets = new UnionFind(pictures.length);
  for (const [i, a] of pictures.entries()) {
    for (let j = 0; j < i; j++) {
      const b = pictures[j]!;
      if (looksAlike(a.look, b.look, a.gray || b.gray)) sets.join(i, j);
    }
  }
  return sets.sets().filter((group) => group.length > 1);
}

const processorSeconds = (start: NodeJS.CpuUsage) => process.cpuUsage(start).user / 1e6;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      counts: { type: 'string', default: '2000,20000,200000' },
      pairs: { type: 'string', default: '20000' },
      kind: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const rows: {
    kind: string;
    pictures: number;
    seconds: number;
    groups: number;
    partly: number;
    pairs: number | null;
  }[] = [];
  for (const [kind, make] of Object.entries(kinds)) {
    if (values.kind !== undefined && kind !== values.kind) continue;
    for (const count of values.counts.split(',').map(Number)) {
      const pictures = make(count, new Random(0, kind));
      let start = process.cpuUsage();
      const { groups, partly } = await findAlike(pictures);
      const seconds = processorSeconds(start);
      let pairs: number | null = null;
      if (count <= Number(values.pairs)) {
        start = process.cpuUsage();
        const expected = byPairs(pictures);
        pairs = processorSeconds(start);
        if (partly === 0 && JSON.stringify(expected) !== JSON.stringify(groups))
          throw new Error(`${kind}, ${count}: the comparison of all pairs found other groups`);
      }
      rows.push({ kind, pictures: count, seconds, groups: groups.length, partly, pairs });
      if (!values.json) process.stderr.write(`${kind}, ${count}: ${seconds.toFixed(2)} s, ${partly} in part\n`);
    }
  }
  if (values.json) {
    process.stdout.write(`${JSON.stringify(rows)}\n`);
    return;
  }
  const lines = rows.map(({ kind, pictures, seconds, groups, partly, pairs }) => [
    kind,
    pictures.toLocaleString('en'),
    `${seconds.toFixed(2)} s`,
    pairs === null ? '' : `${pairs.toFixed(2)} s`,
    groups.toLocaleString('en'),
    partly.toLocaleString('en'),
  ]);
  const header = ['looks', 'pictures', 'search', 'all pairs', 'groups', 'compared in part'];
  process.stdout.write(`${alignColumns([header, ...lines], [false, true, true, true, true, true])}\n`);
}

if (require.main === module) void main();
