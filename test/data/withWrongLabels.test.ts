import assert from 'node:assert/strict';
import fc from 'fast-check';
import { withWrongLabels } from '../../src/data';

const pictures = (count: number, classes: number) =>
  Array.from({ length: count }, (_, i) => ({ file: `${i}.png`, label: i % classes, group: `g${i >> 1}` }));

describe('withWrongLabels', () => {
  it('gives just the asked part of the pictures another class, and keeps all else and the originals', () => {
    const sizes = fc.record({
      count: fc.integer({ min: 1, max: 60 }),
      classes: fc.integer({ min: 2, max: 9 }),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(sizes, ({ count, classes, part, seed }) => {
        const [before, untouched] = [pictures(count, classes), pictures(count, classes)];
        const after = withWrongLabels(before, classes, { part, seed });
        assert.deepEqual(before, untouched);
        assert.deepEqual(
          after.map(({ label: _, ...rest }) => rest),
          before.map(({ label: _, ...rest }) => rest),
        );
        const changed = after.filter(({ label }, i) => label !== before[i]!.label);
        assert.equal(changed.length, Math.round(part * count));
        for (const { label } of changed) assert.ok(Number.isInteger(label) && label >= 0 && label < classes);
      }),
    );
  });

  it('draws every other class alike, and the same pictures again with the same seed only', () => {
    const all = withWrongLabels(pictures(3000, 4), 4, { part: 1, seed: 1 });
    const counts = [0, 0, 0];
    for (const [i, { label }] of all.entries()) counts[((label - (i % 4) + 4) % 4) - 1]!++;
    for (const count of counts) assert.ok(Math.abs(count - 1000) < 130, `${counts}`); // five standard deviations
    const labels = (seed: number) => withWrongLabels(pictures(50, 4), 4, { part: 0.5, seed }).map(({ label }) => label);
    assert.deepEqual(labels(1), labels(1));
    assert.notDeepEqual(labels(1), labels(2));
  });

  it('refuses parts, classes and labels out of range, and unknown options', () => {
    const some = pictures(4, 2);
    assert.throws(() => withWrongLabels(some, 2, { part: 1.5 }), /^UserError: withWrongLabels: part.*1\.5/);
    assert.throws(() => withWrongLabels(some, 1), /^UserError: withWrongLabels: classes/);
    assert.throws(
      () => withWrongLabels(pictures(4, 3), 2),
      /'2\.png' has the label 2; with 2 classes labels are 0 to 1/,
    );
    assert.throws(() => withWrongLabels(some, 2, { share: 0.5 } as never), /share/);
  });
});
