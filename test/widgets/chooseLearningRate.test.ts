import assert from 'node:assert/strict';
import { UserError } from '../../src/core/errors';
import { displaySymbol } from '../../src/notebook';
import { chooseLearningRate } from '../../src/widgets';
import { withFakeComms } from '../notebook/widget/fakeComms';

const steps = [1e-4, 1e-3, 1e-2, 1e-1].map((learningRate, i) => ({
  learningRate,
  loss: 2 - i / 2,
  smoothed: 2 - i / 2,
}));

describe('chooseLearningRate', function () {
  this.timeout(60_000);

  it('begins with the valley, then the steepest rate, then the middle', () => {
    assert.equal(chooseLearningRate({ steps, valley: 0.004, steepest: 0.01 }).learningRate, 0.004);
    assert.equal(chooseLearningRate({ steps, valley: null, steepest: 0.01 }).learningRate, 0.01);
    assert.equal(chooseLearningRate({ steps, valley: null, steepest: null }).learningRate, 0.01);
    const lost = [{ learningRate: 1, loss: Number.NaN, smoothed: Number.NaN }];
    assert.throws(() => chooseLearningRate({ steps: lost, valley: null, steepest: null }), UserError);
  });

  it('takes the rate that a browser chooses, and no other value', () =>
    withFakeComms(async (comms) => {
      const choice = chooseLearningRate({ steps, valley: 0.004, steepest: null });
      const bundle = await choice[displaySymbol]();
      assert.ok(String(bundle['image/png']).startsWith('iVBOR'));
      assert.match(String(bundle['text/plain']), /valley: 0\.00400\nchosen: 0\.004/);
      comms.receive('comm-1', { method: 'update', state: { rate: 0.02 } });
      assert.equal(choice.learningRate, 0.02);
      for (const rate of [0, -1, 1e9, '0.5', null, [1]]) {
        comms.receive('comm-1', { method: 'update', state: { rate } });
        assert.equal(choice.learningRate, 0.02);
        assert.deepEqual(comms.posted.at(-1)!.data.state, { rate: 0.02 }, 'the page gets the rate back');
      }
    }));
});
