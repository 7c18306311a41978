import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Listener } from '../../src/core/listener';
import { tf } from '../../src/tensorflow';
import { type FitOptions, fit } from '../../src/training';
import { temporaryFolder } from '../folders';
import { formula } from './formulas';

const count = 96;
const sets = {
  train: { values: formula(4 * count, 2.3), shape: [4], labels: Int32Array.from({ length: count }, (_, i) => i % 3) },
};
const options: FitOptions = { epochs: 4, batchSize: 16, learningRate: 0.02, seed: 3, optimizer: 'adam' };

const model = () =>
  tf.sequential({
    layers: [
      tf.layers.dense({
        name: 'dense',
        units: 3,
        inputShape: [4],
        kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }),
      }),
    ],
  });
const flat = (trained: tf.LayersModel) => trained.getWeights().flatMap((weight) => [...weight.dataSync()]);

/** Asks for `factor` once, after this number of batches. */
function changing(batches: number, factor: number): Listener {
  let asked = 0;
  return { rateFactor: () => (++asked === batches ? factor : undefined) };
}

describe('a listener that controls training', () => {
  it('multiplies the learning rate from the next step on, as a schedule would, bit for bit', async () => {
    const [listened, scheduled] = [model(), model()];
    const listener = changing(8, 0.5);
    const first = await fit(listened, sets, { ...options, listener });
    const second = await fit(scheduled, sets, { ...options, schedule: ({ step }) => (step < 8 ? 1 : 0.5) });
    assert.deepEqual(flat(listened), flat(scheduled));
    const rates = (result: typeof first) => result.history.map(({ learningRate }) => learningRate);
    assert.deepEqual(rates(first), [0.02, 0.01, 0.01, 0.01]);
    assert.deepEqual(rates(second), rates(first));
  });

  it('says which rate it is, and refuses what is none', async () => {
    const messages: string[] = [];
    const onMessage = (text: string) => void messages.push(text);
    await fit(model(), sets, { ...options, listener: { ...changing(8, 0.5), onMessage } });
    assert.deepEqual(messages, ['the learning rate is 0.01 from step 9 on, in epoch 2']);
    for (const factor of [0, -1, Number.NaN, Infinity]) {
      await assert.rejects(
        fit(model(), sets, { ...options, listener: changing(2, factor) }),
        /rateFactor must be a number >= 1e-9/,
      );
    }
  });

  it('keeps the lowered rate when training continues from a checkpoint', async () => {
    const unbroken = model();
    await fit(unbroken, sets, { ...options, listener: changing(3, 0.25) });
    const checkpoint = temporaryFolder();
    let batches = 0;
    const listener: Listener = { ...changing(3, 0.25), shouldStop: () => ++batches === 14 };
    await fit(model(), sets, { ...options, checkpoint, listener });
    const resumed = model();
    const { history } = await fit(resumed, sets, { ...options, checkpoint, resume: true });
    assert.deepEqual(flat(resumed), flat(unbroken));
    assert.deepEqual(
      history.map(({ learningRate }) => learningRate),
      [0.005, 0.005, 0.005, 0.005],
    );
  });

  it('pauses without a change to the result, and the pause does not count as time of the epoch', async () => {
    const [paused, plain] = [model(), model()];
    let asked = 0;
    const listener: Listener = { pause: () => (++asked === 3 ? sleep(700) : undefined) };
    const began = performance.now();
    const { history } = await fit(paused, sets, { ...options, listener });
    const whole = (performance.now() - began) / 1000;
    await fit(plain, sets, options);
    assert.deepEqual(flat(paused), flat(plain));
    const counted = history.reduce((sum, { seconds }) => sum + seconds, 0);
    assert.ok(whole >= 0.7 && counted <= whole - 0.65, `${counted} of ${whole} s`);
  });

  it('can stop a training that is paused', async () => {
    let resume = () => {};
    let stop = false;
    const listener: Listener = {
      pause: () =>
        new Promise((next) => {
          resume = next;
          setTimeout(() => {
            stop = true;
            resume();
          }, 20);
        }),
      shouldStop: () => stop,
    };
    assert.equal((await fit(model(), sets, { ...options, listener })).ended, 'stopped');
  });
});
