import assert from 'node:assert/strict';
import { pairedInterval } from '../../src/metrics';

describe('pairedInterval', () => {
  it('agrees with scipy', () => {
    // scipy.stats.t.interval(0.95, 4, loc=mean(d), scale=scipy.stats.sem(d)) for d = [0.02, -0.01, 0.03, 0.05, 0.01]
    const { estimate, low, high } = pairedInterval([0.02, -0.01, 0.03, 0.05, 0.01]);
    assert.ok(Math.abs(estimate - 0.02) < 1e-12);
    assert.ok(Math.abs(low + 0.007764451) < 1e-8 && Math.abs(high - 0.047764451) < 1e-8, `${low} ${high}`);
  });

  it('has no width where all differences are equal, and refuses what has no interval', () => {
    assert.deepEqual(pairedInterval([0.1, 0.1], 0.9), { estimate: 0.1, low: 0.1, high: 0.1, confidence: 0.9 });
    assert.throws(() => pairedInterval([0.1]), /^UserError: pairedInterval: got 1 differences/);
    assert.throws(() => pairedInterval([0.1, Number.NaN]), /got the difference NaN/);
    assert.throws(() => pairedInterval([0.1, 0.2], 95), /confidence/);
  });
});
