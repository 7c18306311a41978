import assert from 'node:assert/strict';
import { pairedDifference } from '../../src/metrics/pairedDifference';

describe('the paired difference of two models', () => {
  it('is the mean with its standard error, as by hand', () => {
    const { mean, error } = pairedDifference([1, 2, 3, 6]);
    assert.equal(mean, 3);
    assert.ok(Math.abs(error - Math.sqrt((4 + 1 + 0 + 9) / 3 / 4)) < 1e-12);
  });

  it('counts a group as one: copies of each example give the error of the examples alone', () => {
    const single = pairedDifference([1, 2, 3, 6]);
    const copied = pairedDifference([1, 1, 2, 2, 3, 3, 6, 6], ['a', 'a', 'b', 'b', 'c', 'c', 'd', 'd']);
    assert.equal(copied.mean, single.mean);
    assert.ok(Math.abs(copied.error - single.error) < 1e-12);
    assert.ok(pairedDifference([1, 1, 2, 2, 3, 3, 6, 6]).error < single.error);
  });

  it('knows nothing from a single example or group', () => {
    assert.deepEqual(pairedDifference([2]), { mean: 2, error: Infinity });
    assert.equal(pairedDifference([1, 2, 3], ['a', 'a', 'a']).error, Infinity);
  });
});
