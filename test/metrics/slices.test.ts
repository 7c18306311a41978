import assert from 'node:assert/strict';
import { Random } from '../../src/core/random';
import { benjaminiHochberg, fisherExact, groupedAccuracy, sliceAccuracy, wilsonInterval } from '../../src/metrics';
import { mistake } from '../mistake';
import fixture from './comparison_fixture.json';

const close = (actual: number, expected: number, what: string) =>
  assert.ok(Math.abs(actual - expected) <= 1e-7 * Math.max(1e-3, expected), `${what}: ${actual} is not ${expected}`);

describe('fisherExact and benjaminiHochberg', () => {
  it('agree with SciPy', () => {
    for (const { table, p } of fixture.tables) {
      close(fisherExact(...(table as [number, number, number, number])), p, table.join());
    }
    for (const { p, adjusted } of fixture.lists) {
      benjaminiHochberg(p).forEach((value, i) => close(value, adjusted[i]!, p.join()));
    }
  });

  it('take an empty side, and refuse numbers that do not fit', () => {
    assert.equal(fisherExact(0, 0, 3, 5), 1);
    assert.deepEqual(benjaminiHochberg([]), []);
    mistake(() => fisherExact(6, 5, 0, 1), 'fisherExact: right', '<= 5');
    mistake(() => fisherExact(0.5, 5, 0, 1), 'whole number');
    mistake(() => benjaminiHochberg([1.5]), 'benjaminiHochberg', '1.5');
  });
});

/** Rows of pictures: groups of five that are right or wrong together, with columns that have nothing to do with that. */
function meaningless(random: Random, groups: number, columns: number) {
  return Array.from({ length: groups }, (_, g) => {
    const right = random.uniform() < 0.8;
    const cells = Array.from({ length: columns }, (_, c) => [`column ${c}`, `value ${random.integer(2)}`] as const);
    return Array.from({ length: 5 }, () => ({
      ...{ label: 1, predicted: right ? 1 : 0, group: `group ${g}` },
      ...Object.fromEntries(cells),
    }));
  }).flat();
}

describe('sliceAccuracy', () => {
  it('has the interval of its groups, as a copy of a picture says nothing new', () => {
    const single = Array.from({ length: 40 }, (_, i) => ({
      label: 1,
      predicted: i % 4 === 0 ? 0 : 1,
      camera: 'phone',
    }));
    const [alone] = sliceAccuracy(single, 'camera');
    assert.deepEqual([alone!.low, alone!.high], [wilsonInterval(30, 40).low, wilsonInterval(30, 40).high]);
    const copied = single.flatMap((row, i) => Array.from({ length: 6 }, () => ({ ...row, group: i })));
    const [grouped] = sliceAccuracy(copied, 'camera');
    const expected = groupedAccuracy(
      copied.map(({ label, predicted }) => label === predicted),
      copied.map(({ group }) => String(group)),
    );
    assert.deepEqual([grouped!.low, grouped!.high, grouped!.groups], [expected.low, expected.high, 40]);
    assert.ok(grouped!.high - grouped!.low >= alone!.high - alone!.low);
  });

  it('names the accuracy of the most frequent class of each slice', () => {
    const rows = [
      ...[0, 0, 0, 1].map((label) => ({ label, predicted: 0, camera: 'phone' })),
      ...[1, 0].map((label) => ({ label, predicted: 0, camera: 'film' })),
    ];
    assert.deepEqual(
      sliceAccuracy(rows, 'camera').map(({ slice, accuracy, baseline }) => [slice, accuracy, baseline]),
      [
        ['film', 0.5, 0.5],
        ['phone', 0.75, 0.75],
      ],
    );
  });

  it('compares each slice with all other pictures, by several columns, and adjusts for all comparisons', () => {
    const rows = Array.from({ length: 200 }, (_, i) => ({
      ...{ label: 1, predicted: i < 20 && i % 2 === 0 ? 0 : 1 },
      ...{ camera: i < 20 ? 'phone' : 'reflex', day: i % 3, none: 'all' },
    }));
    const slices = sliceAccuracy(rows, ['camera', 'day', 'none'], { least: 21 });
    assert.deepEqual(slices.map(({ by }) => by).sort(), ['camera', 'day', 'day', 'day', 'none']);
    const all = sliceAccuracy(rows, ['camera', 'day', 'none']);
    assert.deepEqual(
      all.map(({ adjusted }) => adjusted),
      benjaminiHochberg(all.map(({ p }) => p)),
    );
    const [worst] = all;
    assert.deepEqual([worst!.slice, worst!.p], ['phone', fisherExact(10, 20, 180, 180)]);
    assert.ok(worst!.adjusted < 1e-6);
    assert.ok(all.filter(({ by }) => by === 'day').every(({ adjusted }) => adjusted > 0.2));
    assert.equal(all.find(({ by }) => by === 'none')!.p, 1);
  });

  it('finds no difference where there is none: seldom among many slices, also of groups', () => {
    const random = new Random(4, 'meaningless');
    const rounds = 100;
    let [single, adjusted, ignoring] = [0, 0, 0];
    for (let round = 0; round < rounds; round++) {
      const rows = meaningless(random, 60, 10);
      const columns = Object.keys(rows[0]!).filter((name) => name.startsWith('column'));
      const slices = sliceAccuracy(rows, columns);
      if (slices.some(({ p }) => p < 0.05)) single++;
      if (slices.some((slice) => slice.adjusted < 0.05)) adjusted++;
      const without = sliceAccuracy(
        rows.map(({ group: _, ...row }) => row),
        columns,
      );
      if (without.some((slice) => slice.adjusted < 0.05)) ignoring++;
    }
    assert.ok(adjusted / rounds <= 0.08, `${adjusted} of ${rounds} with adjusted p values`);
    assert.ok(single / rounds > 0.1, `${single} of ${rounds} with p values of single slices`);
    assert.ok(ignoring / rounds > 0.5, `${ignoring} of ${rounds} where groups are ignored`);
  });

  it('takes thousands of slices of many pictures', () => {
    const rows = Array.from({ length: 50_000 }, (_, i) => ({
      ...{ label: 1, predicted: i % 7 === 0 ? 0 : 1, group: String(i >> 2), place: `place ${i % 5000}` },
    }));
    assert.equal(sliceAccuracy(rows, 'place').length, 5000);
  });

  it('refuses a column that is not there, also in a list, and odd options', () => {
    const rows = [{ label: 1, predicted: 1, camera: 'a' }];
    mistake(() => sliceAccuracy(rows, ['camera', 'lens']), "no column 'lens'");
    mistake(() => sliceAccuracy(rows, 'camera', { least: 0 }), 'least');
    mistake(() => sliceAccuracy(rows, 'camera', { most: 3 } as object), 'most', 'least');
  });
});
