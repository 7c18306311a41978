import assert from 'node:assert/strict';
import { Random } from '../../../src/core/random';
import { type Axes, spaceOf } from '../../../src/study/axes';
import type { Configuration, Label } from '../../../src/study/axisValue';
import type { Plan } from '../../../src/study/plan';
import { checkRange } from '../../../src/study/range';
import type { RunRecord } from '../../../src/study/runRecord';
import { drawConfiguration } from '../../../src/study/space';
import { observationsOf } from '../../../src/study/tpe/observations';
import { listDensity, rangeDensity } from '../../../src/study/tpe/parzen';
import { startOf, suggest } from '../../../src/study/tpe/suggest';

const near = (found: number, expected: number) =>
  assert.ok(Math.abs(found - expected) < 1e-9, `${found}, not ${expected}`);

describe('the Parzen estimator of an axis', () => {
  it('is the mean of a normal distribution around each value and one over the range, cut off at its limits', () => {
    // around 0.2 with a deviation of 1/3, and around 0.5 with 1; computed with Python's math.erf
    const { log } = rangeDensity(checkRange('dropout', { min: 0, max: 0.99 }), []);
    near(Math.exp(log(0.495)), 1 / (0.99 * Math.sqrt(2 * Math.PI) * 0.3829249225480262));
    const one = rangeDensity(checkRange('averaging', { min: 0, max: 1 }), [0.2]);
    near(Math.exp(one.log(0.2)), 1.331961256187);
    near(Math.exp(one.log(0.4)), 1.214905309062);
    near(Math.exp(one.log(0.9)), 0.572810124513);
  });

  it('gives whole numbers the mass of their cells', () => {
    const { log, draw } = rangeDensity(checkRange('blocks', { min: 1, max: 5 }), [2, 2]);
    const masses = [1, 2, 3, 4, 5].map((value) => Math.exp(log(value)));
    [0.237427754041, 0.302824783542, 0.242741794392, 0.137721967806, 0.079283700219].forEach((expected, i) =>
      near(masses[i]!, expected),
    );
    const random = new Random(0);
    const drawn = Array.from({ length: 5000 }, () => draw(random));
    masses.forEach((mass, i) => {
      const share = drawn.filter((value) => value === i + 1).length / drawn.length;
      assert.ok(Math.abs(share - mass) < 0.03, `${i + 1}: ${share}, not ${mass}`);
    });
  });

  it('counts the values of a list, and one more of each', () => {
    const { log } = listDensity(3, [0, 0, 2]);
    [3 / 6, 1 / 6, 2 / 6].forEach((expected, place) => near(Math.exp(log(place)), expected));
  });
});

/** A deep valley: the best are a learning rate of 2e-3, dropout 0.35, 4 blocks and standard augmentation. */
const axes: Axes = {
  learningRate: { min: 1e-5, max: 1e-1, scale: 'log' },
  dropout: { min: 0, max: 0.9 },
  blocks: { min: 1, max: 12 },
  augment: ['none', 'light', 'standard', 'strong'],
};
const penalty: Record<string, number> = { none: 0.3, light: 0.1, standard: 0, strong: 0.4 };
function error(at: Configuration): number {
  const rate = Math.log10(at.learningRate as number) + 2.7;
  const [dropout, blocks] = [(at.dropout as number) - 0.35, ((at.blocks as number) - 4) / 6];
  return 0.3 * rate ** 2 + 2 * dropout ** 2 + blocks ** 2 + penalty[at.augment as string]!;
}

/** Suggest and evaluate configurations, several at a time. */
function search(count: number, seed: number, workers = 1): Configuration[] {
  const space = spaceOf(axes, 'tpe');
  const ended: Configuration[] = [];
  const pending: Configuration[] = [];
  while (ended.length < count) {
    const ranked = [...ended].sort((a, b) => error(a) - error(b)) as Record<string, Label>[];
    const known = { ranked, pending: pending as Record<string, Label>[] };
    pending.push(suggest(space, known, { seed, accepts: () => true })!);
    if (pending.length === workers) ended.push(pending.shift()!);
  }
  return ended;
}
const best = (configurations: readonly Configuration[]) => Math.min(...configurations.map(error));
const meanOver = (seeds: number, of: (seed: number) => number) =>
  Array.from({ length: seeds }, (_, seed) => of(seed)).reduce((sum, value) => sum + value, 0) / seeds;

describe('the design tpe', () => {
  it('finds clearly better configurations than random draws, also with four workers', () => {
    const space = spaceOf(axes, 'tpe');
    const random = meanOver(20, (seed) => {
      const numbers = new Random(seed, 'random');
      return best(Array.from({ length: 40 }, () => drawConfiguration(space, numbers)));
    });
    const one = meanOver(20, (seed) => best(search(40, seed)));
    const four = meanOver(20, (seed) => best(search(40, seed, 4)));
    assert.ok(one < 0.6 * random, `${one}, at random ${random}`);
    assert.ok(four < 0.75 * random, `${four}, at random ${random}`);
  });

  it('suggests the same for the same seed and results, and never the same configuration twice', () => {
    assert.deepEqual(search(25, 3), search(25, 3));
    assert.notDeepEqual(search(25, 3), search(25, 4));
    const all = search(25, 3).map((one) => JSON.stringify(one));
    assert.equal(new Set(all).size, 25);
  });

  it('does not give several workers almost the same configuration', () => {
    const space = spaceOf({ dropout: { min: 0, max: 0.9 } }, 'tpe');
    const ranked = Array.from({ length: 20 }, (_, i) => ({ dropout: i < 2 ? 0.5 + i / 100 : i / 25 }));
    const pending: Record<string, Label>[] = [];
    for (let i = 0; i < 6; i++) {
      pending.push(suggest(space, { ranked, pending }, { seed: 1, accepts: () => true }) as Record<string, Label>);
    }
    const values = pending.map(({ dropout }) => dropout as number).sort((a, b) => a - b);
    assert.ok(values.at(-1)! - values[0]! > 0.05, values.join());
  });

  it('takes the value with the largest ratio of the densities of good and bad configurations', () => {
    // of 10 configurations one is good: head dense. p(dense | good) = 2/3, p(dense | bad) = 4/11; p(linear | bad) = 7/11
    const space = spaceOf({ head: ['linear', 'dense'], dropout: { min: 0, max: 0.9 } }, 'tpe');
    const ranked = Array.from({ length: 10 }, (_, i) => ({
      head: i < 4 ? 'dense' : 'linear',
      dropout: i < 1 ? 0.6 : i / 30,
    }));
    for (let seed = 0; seed < 20; seed++) {
      const next = suggest(space, { ranked, pending: [] }, { seed, accepts: () => true })!;
      assert.equal(next.head, 'dense');
      assert.ok((next.dropout as number) > 0.4, JSON.stringify(next)); // the bad ones lie from 0.03 to 0.3
    }
  });

  it('ends when a small space has no other configuration, and leaves out those that a training cannot have', () => {
    const space = spaceOf({ head: ['linear', 'dense'], blocks: { min: 1, max: 5 } }, 'tpe');
    const ranked: Record<string, Label>[] = [];
    const accepts = ({ head, blocks }: Configuration) => !(head === 'dense' && blocks === 5);
    for (;;) {
      const next = suggest(space, { ranked, pending: [] }, { seed: 0, accepts });
      if (!next) break;
      ranked.push(next as Record<string, Label>);
    }
    assert.equal(ranked.length, 9);
  });

  it('begins with random draws, more for more axes', () => {
    assert.deepEqual([startOf(spaceOf({}, 'tpe')), startOf(spaceOf(axes, 'tpe'))], [5, 9]);
  });
});

describe('what the design tpe knows', () => {
  const record = (hash: string, more: Partial<RunRecord>) =>
    ({ hash, state: 'done', accuracy: null, loss: null, curve: [], epochs: 3, ...more }) as RunRecord;
  const configurations = [...'abcdef'].map((name) => ({ name }));
  const tasks = [1, 2].flatMap((seed) =>
    configurations.map((axes) => ({ axes, hash: `${axes.name}${seed}` })),
  ) as unknown as Plan['tasks'];
  const records = [
    record('a1', { accuracy: 0.5, loss: 1 }),
    record('a2', { accuracy: 0.7, loss: 3 }),
    record('b1', { accuracy: 0.65, loss: 2.5 }),
    record('c1', { state: 'pruned', accuracy: 0.9, epochs: 1, curve: [0.9], curves: { loss: [0.1] } }),
    record('d1', { state: 'pruned', accuracy: 0.3, epochs: 2, curve: [0.2, 0.3], curves: { loss: [1, 2] } }),
    record('e1', { state: 'failed' }),
  ];
  const known = (monitor: 'accuracy' | 'loss') => {
    const all = new Map(records.map((one) => [one.hash, one]));
    const { ranked, pending } = observationsOf({ configurations, tasks, monitor }, all);
    return [ranked, pending].map((list) => list.map(({ name }) => name).join(''));
  };

  it('ranks complete configurations by their mean, then pruned ones by epochs, then failed ones; others are pending', () => {
    assert.deepEqual(known('accuracy'), ['badce', 'f']);
    assert.deepEqual(known('loss'), ['abdce', 'f']);
  });
});
