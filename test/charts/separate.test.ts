import assert from 'node:assert/strict';
import { separate } from '../../src/charts/separate';

const separated = (...places: number[]) => {
  const labels = places.map((place) => ({ place }));
  separate(labels, 100, 10);
  return labels.map(({ place }) => place);
};

describe('labels next to a plot', () => {
  it('stay where they are if they do not overlap', () => {
    assert.deepEqual(separated(5, 15, 40), [5, 15, 40]);
    assert.deepEqual(separated(), []);
  });

  it('move apart around their middle', () => {
    assert.deepEqual(separated(50, 50), [45, 55]);
    assert.deepEqual(separated(50, 50, 50), [40, 50, 60]);
    assert.deepEqual(separated(20, 60, 62), [20, 56, 66]);
  });

  it('move other labels that they then overlap, too', () => {
    assert.deepEqual(separated(42, 50, 50), [112 / 3, 142 / 3, 172 / 3]);
  });

  it('stay within the plot', () => {
    assert.deepEqual(separated(0, 0), [0, 10]);
    assert.deepEqual(separated(100, 100), [90, 100]);
  });
});
