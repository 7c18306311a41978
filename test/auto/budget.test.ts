import assert from 'node:assert/strict';
import { Budget } from '../../src/auto/budget';

describe('the time of a search', () => {
  const clock = { seconds: 100 };
  const start = (seconds: number) => {
    clock.seconds = 100;
    return new Budget(seconds, () => clock.seconds);
  };

  it('counts from the beginning, without what is kept for the end', () => {
    const budget = start(60);
    budget.reserve = 10;
    clock.seconds += 20;
    assert.deepEqual([budget.spent, budget.left], [20, 30]);
  });

  it('has time only for work whose estimate leaves a margin', () => {
    const budget = start(60);
    assert.ok(budget.fits(50));
    assert.ok(!budget.fits(55));
  });

  it('stops work so early that it can end in time, or when the listener asks', () => {
    const budget = start(60);
    budget.reserve = 10;
    const asked = { stop: false };
    const { shouldStop } = budget.limiting({ shouldStop: () => asked.stop }, 5);
    assert.ok(!shouldStop());
    asked.stop = true;
    assert.ok(shouldStop());
    asked.stop = false;
    clock.seconds += 44;
    assert.ok(!shouldStop());
    clock.seconds += 1;
    assert.ok(shouldStop());
  });
});
