import assert from 'node:assert/strict';
import { UserError } from '../../src/core/errors';
import { type Dataset, selectClasses } from '../../src/data';

const animals: Dataset = {
  folder: '/data',
  classes: ['bird', 'cat', 'dog'],
  examples: [0, 1, 2, 2].map((label, i) => ({ file: `/data/${i}.jpg`, label, group: `g${i}` })),
  skipped: [],
};

describe('selectClasses', () => {
  it('keeps the pictures of the named classes with all their properties, labelled in the order of the names', () => {
    const { classes, examples } = selectClasses(animals, ['dog', 'bird']);
    assert.deepEqual(classes, ['dog', 'bird']);
    assert.deepEqual(examples, [
      { file: '/data/0.jpg', label: 1, group: 'g0' },
      { file: '/data/2.jpg', label: 0, group: 'g2' },
      { file: '/data/3.jpg', label: 0, group: 'g3' },
    ]);
    assert.equal(animals.examples.length, 4);
  });

  it('refuses an unknown class, a single class, and a class named twice', () => {
    assert.throws(
      () => selectClasses(animals, ['cat', 'cow']),
      new UserError("selectClasses: unknown class 'cow'; the classes are bird, cat, dog"),
    );
    for (const names of [['cat'], ['cat', 'cat'], []]) assert.throws(() => selectClasses(animals, names), UserError);
  });
});
