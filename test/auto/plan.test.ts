import assert from 'node:assert/strict';
import type { Candidate } from '../../src/auto/candidates';
import { planTuning } from '../../src/auto/plan';

describe('the plan of fine-tuning', () => {
  /** One second an epoch of hybrid, three of fine-tune-all; a plain training half as much. */
  const secondsOf = ({ settings: { variant, epochs = 0, headEpochs = 0, augment } }: Candidate) =>
    (epochs - headEpochs) * (variant === 'hybrid' ? 1 : 3) * (augment === 'none' ? 0.5 : 1);
  const planIn = (seconds: number) =>
    planTuning(['efficientnet-lite0', 'mobilenet-v2'], (needed) => needed <= seconds, secondsOf, 400);

  it('begins with all backbones and variants, and trains the better half longer, where there is time', () => {
    const { choices, rounds } = planIn(200)!;
    assert.equal(choices.length, 4);
    assert.deepEqual(rounds, [4, 12]);
  });

  it('leaves out the most expensive ones in less time', () => {
    const { choices } = planIn(30)!;
    assert.deepEqual(
      choices.map(({ variant }) => variant),
      ['hybrid', 'hybrid'],
    );
  });

  it('is one training of the best backbone, as long as it can be, in little time', () => {
    const single = (seconds: number) => planIn(seconds)!;
    assert.deepEqual(single(12), { choices: [{ backbone: 'efficientnet-lite0', variant: 'hybrid' }], rounds: [12] });
    assert.deepEqual(single(7).rounds, [6]);
    assert.deepEqual(single(2), {
      choices: [{ backbone: 'efficientnet-lite0', variant: 'hybrid', plain: true }],
      rounds: [3],
    });
  });

  it('is nothing where not even the shortest would end in time', () => {
    assert.equal(planIn(1), undefined);
  });
});
