import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Dataset, type Example, splitDataset } from '../../src/data';

function dataset(examples: Partial<Example>[], classes = ['a', 'b']): Dataset {
  return {
    folder: '/data',
    classes,
    examples: examples.map((example, i) => ({ file: `/data/${i}.jpg`, label: 0, ...example })),
    skipped: [],
  };
}

const repeat = (count: number, example: Partial<Example>) => Array.from({ length: count }, () => ({ ...example }));
const files = (examples: Example[]) => examples.map(({ file }) => file).sort();
const countOf = (examples: Example[], label: number) => examples.filter((example) => example.label === label).length;

describe('splitDataset', () => {
  it('takes the same proportion of every class', () => {
    const { train, validation } = splitDataset(dataset([...repeat(80, { label: 0 }), ...repeat(20, { label: 1 })]), {
      validation: 0.25,
    });
    assert.deepEqual([countOf(validation, 0), countOf(validation, 1)], [20, 5]);
    assert.deepEqual([countOf(train, 0), countOf(train, 1)], [60, 15]);
  });

  it('gives the same split for the same seed, another for another', () => {
    const data = dataset([...repeat(50, { label: 0 }), ...repeat(50, { label: 1 })]);
    const draw = (seed: number) => files(splitDataset(data, { seed }).validation).join();
    assert.equal(draw(1), draw(1));
    assert.notEqual(draw(1), draw(2));
  });

  it('keeps the pictures of a group together, loses none and stays near the requested proportion (any groups, any seed)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(2), fc.nat(30)), { minLength: 60, maxLength: 200 }),
        fc.nat(1000),
        (rows, seed) => {
          const examples = [
            ...rows.map(([label, group]) => ({ label, group: `${label}-${group}` })),
            ...[0, 1, 2].flatMap((label) => [
              { label, group: `${label}-first` },
              { label, group: `${label}-second` },
            ]),
          ];
          const data = dataset(examples, ['a', 'b', 'c']);
          const { train, validation } = splitDataset(data, { seed, validation: 0.25 });
          const groups = new Set(train.map(({ group }) => group));
          assert.ok(validation.every(({ group }) => !groups.has(group)));
          assert.deepEqual(files([...train, ...validation]), files(data.examples));
          for (const label of [0, 1, 2]) {
            const wanted = 0.25 * countOf(data.examples, label);
            const largest = Math.max(
              ...data.examples.map(({ group }) => data.examples.filter((e) => e.group === group).length),
            );
            assert.ok(Math.abs(countOf(validation, label) - wanted) <= largest);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('keeps a group together that has pictures of several classes', () => {
    const shared = repeat(4, { label: 0, group: 'patient' }).concat(repeat(4, { label: 1, group: 'patient' }));
    const others = [0, 1].flatMap((label) => Array.from({ length: 12 }, (_, i) => ({ label, group: `${label}/${i}` })));
    for (let seed = 0; seed < 10; seed++) {
      const { validation } = splitDataset(dataset([...shared, ...others]), { seed });
      const count = validation.filter(({ group }) => group === 'patient').length;
      assert.ok(count === 0 || count === 8);
    }
  });

  it('keeps the parts that the folder defines, and does not use test pictures', () => {
    const data = dataset([
      { label: 0, subset: 'train' },
      { label: 1, subset: 'train' },
      { label: 0, subset: 'validation' },
      { label: 1, subset: 'test' },
    ]);
    const { train, validation } = splitDataset(data);
    assert.deepEqual(files(train), ['/data/0.jpg', '/data/1.jpg']);
    assert.deepEqual(files(validation), ['/data/2.jpg']);
  });

  it('leaves every class something to train on', () => {
    const { train, validation } = splitDataset(dataset([{ label: 0 }, ...repeat(2, { label: 1 })]), {
      validation: 0.9,
    });
    assert.deepEqual([countOf(train, 0), countOf(train, 1)], [1, 1]);
    assert.equal(validation.length, 1);
  });

  it('says what is missing if nothing is left for validation', () => {
    assert.throws(() => splitDataset(dataset([{ label: 0 }, { label: 1 }])), /at least two pictures/);
    assert.throws(
      () => splitDataset(dataset([]), { validation: 2 }),
      /validation must be a number >= 0.01 and <= 0.99, got 2/,
    );
  });

  it('says what it expected if it does not get a dataset', () => {
    const wrong: [unknown, RegExp][] = [
      ['photos', /expected a dataset, such as imageFolder\('photos'\); got the string 'photos'$/],
      [undefined, /expected a dataset, .*; got \[object Undefined\]$/],
      [Promise.resolve(), /expected a dataset, put `await` before it; got \[object Promise\]$/],
    ];
    for (const [value, message] of wrong) assert.throws(() => splitDataset(value as Dataset), message);
  });
});
