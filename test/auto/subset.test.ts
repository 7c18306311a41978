import assert from 'node:assert/strict';
import { reduceSplit, sharesInTime } from '../../src/auto/subset';
import type { Example } from '../../src/data';

const pictures = (part: string, count: number): Example[] =>
  Array.from({ length: count }, (_, i) => ({ file: `${part}/${i}.png`, label: i % 2 }));
const split = { train: pictures('train', 400), validation: pictures('validation', 100), test: pictures('test', 600) };
const sizes = ({ train, validation, test }: ReturnType<typeof reduceSplit>) =>
  [train, validation, test].map((part) => part?.length);

describe('the pictures of a search', () => {
  it('are all used where there is time', () => {
    const shares = sharesInTime(split, 0.02, 60);
    assert.deepEqual(shares, { learning: 1, test: 1 });
    assert.deepEqual(sizes(reduceSplit(split, shares, 2, 0)), [400, 100, 600]);
  });

  it('are fewer where the features of all would not fit into half of the time: first those for testing', () => {
    assert.deepEqual(sizes(reduceSplit(split, sharesInTime(split, 0.05, 60), 2, 0)), [400, 100, 240]);
    const reduced = reduceSplit(split, sharesInTime(split, 0.2, 60), 2, 0);
    assert.deepEqual(sizes(reduced), [120, 30, 60]);
    assert.equal(reduced.train.filter(({ label }) => label === 0).length, 60);
    assert.deepEqual(reduceSplit(split, sharesInTime(split, 0.2, 60), 2, 0), reduced);
  });
});
