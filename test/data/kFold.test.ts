import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type Dataset,
  type Example,
  fewShot,
  kFold,
  learningCurveSplits,
  splitDataset,
  splitFingerprint,
  withSplit,
} from '../../src/data';

function dataset(examples: Partial<Example>[], classes = ['a', 'b']): Dataset {
  return {
    folder: '/data',
    classes,
    examples: examples.map((example, i) => ({ file: `/data/${i}.jpg`, label: 0, ...example })),
    skipped: [],
  };
}

const repeat = (count: number, example: Partial<Example>) => Array.from({ length: count }, () => ({ ...example }));
const files = (examples: readonly Example[]) => examples.map(({ file }) => file).sort();
const countOf = (examples: readonly Example[], label: number) => examples.filter((e) => e.label === label).length;

describe('splitDataset with a test part', () => {
  it('sets the requested part of every class aside, keeps groups together, and splits the rest as usual', () => {
    const data = dataset([...repeat(100, { label: 0 }), ...repeat(40, { label: 1 })]);
    const { train, validation, test = [] } = splitDataset(data, { validation: 0.25, test: 0.2 });
    assert.deepEqual([countOf(test, 0), countOf(test, 1)], [20, 8]);
    assert.deepEqual([countOf(validation, 0), countOf(validation, 1)], [25, 10]);
    assert.deepEqual(files([...train, ...validation, ...test]), files(data.examples));
    assert.equal(splitDataset(data).test, undefined);
    assert.throws(() => splitDataset(data, { validation: 0.5, test: 0.5 }), /leave nothing to train on/);
  });

  it('keeps the test part of the folder', () => {
    const data = dataset([
      ...repeat(8, { label: 0, subset: 'train' }),
      ...repeat(8, { label: 1, subset: 'train' }),
      ...repeat(2, { label: 1, subset: 'test' }),
    ]);
    const { train, validation, test = [] } = splitDataset(data, { test: 0.5 });
    assert.deepEqual([train.length, validation.length, files(test)], [12, 4, ['/data/16.jpg', '/data/17.jpg']]);
  });
});

describe('kFold', () => {
  it('validates on each picture once, with the same proportion of every class in each fold', () => {
    const data = dataset([...repeat(50, { label: 0 }), ...repeat(20, { label: 1 })]);
    const folds = kFold(data, { folds: 5, seed: 3 });
    assert.deepEqual(files(folds.flatMap(({ validation }) => validation)), files(data.examples));
    for (const { train, validation } of folds) {
      assert.deepEqual([countOf(validation, 0), countOf(validation, 1)], [10, 4]);
      assert.deepEqual(files([...train, ...validation]), files(data.examples));
    }
    assert.deepEqual(kFold(data, { seed: 3 }), folds);
    assert.notDeepEqual(kFold(data, { seed: 4 }), folds);
  });

  it('has folds whose classes differ by at most one picture, for any counts (without groups)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 4, max: 40 }), { minLength: 2, maxLength: 5 }),
        fc.nat(99),
        (counts, seed) => {
          const data = dataset(
            counts.flatMap((count, label) => repeat(count, { label })),
            counts.map(String),
          );
          const folds = kFold(data, { folds: 4, seed });
          for (const label of counts.keys()) {
            const sizes = folds.map(({ validation }) => countOf(validation, label));
            assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1);
          }
          const whole = folds.map(({ validation }) => validation.length);
          assert.ok(Math.max(...whole) - Math.min(...whole) <= counts.length);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('keeps groups together, and the proportion of each class nearly equal', () => {
    const rows = Array.from({ length: 240 }, (_, i) => ({ label: i % 3, group: `g${(i * 7) % 40}` }));
    for (let seed = 0; seed < 5; seed++) {
      const folds = kFold(dataset(rows, ['a', 'b', 'c']), { folds: 4, seed });
      for (const { train, validation } of folds) {
        const groups = new Set(train.map(({ group }) => group));
        assert.ok(validation.every(({ group }) => !groups.has(group)));
        for (const label of [0, 1, 2]) assert.ok(Math.abs(countOf(validation, label) - 20) <= 6);
      }
    }
  });

  it('does not use the test part, and says if the folds are impossible', () => {
    const given = [
      ...repeat(6, { label: 0, subset: 'train' as const }),
      ...repeat(6, { label: 1, subset: 'validation' as const }),
    ];
    const folds = kFold(dataset([...given, { label: 0, subset: 'test' }]), { folds: 3 });
    assert.ok(folds.every(({ test, validation }) => test?.length === 1 && validation.length === 4));
    assert.throws(() => kFold(dataset(repeat(3, {})), { folds: 4 }), /4 folds, but only 3 groups or single pictures/);
    const single = dataset([...repeat(9, { label: 0 }), ...repeat(3, { label: 1, group: 'one' })]);
    assert.throws(() => kFold(single), /all pictures of class 'b' are in one fold/);
  });
});

describe('parts of a split', () => {
  const data = dataset([...repeat(60, { label: 0 }), ...repeat(20, { label: 1 })]);
  const split = splitDataset(data);

  it('has n training pictures per class, which are part of any larger selection, and the same validation pictures', () => {
    const [two, five] = [fewShot(split, 2, 1), fewShot(split, 5, 1)];
    assert.deepEqual([countOf(five.train, 0), countOf(five.train, 1)], [5, 5]);
    assert.ok(files(two.train).every((file) => files(five.train).includes(file)));
    assert.equal(five.validation, split.validation);
    assert.notDeepEqual(files(fewShot(split, 5, 2).train), files(five.train));
    assert.throws(() => fewShot(split, 16), /expected 16 training pictures per class, but class 1 has 15/);
  });

  it('contains the smaller selections of a learning curve', () => {
    const parts = learningCurveSplits(split, { fractions: [0.01, 0.2, 1] });
    assert.deepEqual(
      parts.map(({ train }) => [countOf(train, 0), countOf(train, 1)]),
      [
        [1, 1],
        [9, 3],
        [45, 15],
      ],
    );
    const names = parts.map(({ train }) => new Set(files(train)));
    assert.ok([...names[0]!].every((file) => names[1]!.has(file)));
    assert.ok([...names[1]!].every((file) => names[2]!.has(file)));
  });

  it('is the result of splitting a dataset with given parts', () => {
    const fold = kFold(data)[2]!;
    const again = splitDataset(withSplit(data, fold), { seed: 9 });
    assert.deepEqual([files(again.train), files(again.validation)], [files(fold.train), files(fold.validation)]);
  });

  it('has a fingerprint that differs from those of all other splits, and is the same on any machine', () => {
    const here = splitFingerprint(split, '/data');
    assert.match(here, /^[0-9a-f]{64}$/);
    const elsewhere = structuredClone(split);
    for (const example of [...elsewhere.train, ...elsewhere.validation]) example.file = `/home/me${example.file}`;
    elsewhere.train.reverse();
    assert.equal(splitFingerprint(elsewhere, '/home/me/data'), here);
    const moved = { train: split.train.slice(1), validation: [...split.validation, split.train[0]!] };
    assert.notEqual(splitFingerprint(moved, '/data'), here);
    assert.notEqual(splitFingerprint(splitDataset(data, { seed: 1 }), '/data'), here);
  });
});
