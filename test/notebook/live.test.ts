import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { confusionMatrixChart } from '../../src/charts';
import { displaySymbol, liveDisplay } from '../../src/notebook';
import { liveUpdatesSent } from '../../src/notebook/live';
import { inFakeKernel, printed } from './fakeKernel';

const text = (value: string) => ({ [displaySymbol]: () => ({ 'text/plain': value }) });
const chart = confusionMatrixChart({ classes: ['cat'], counts: [[3]] });

describe('liveDisplay', function () {
  this.timeout(60_000);

  it('shows a display once and then updates it in place', () =>
    inFakeKernel(async (sent) => {
      const live = liveDisplay();
      await live.update(text('one'));
      await live.update(text('two'));
      await live.update(text('three'), { final: true });
      assert.deepEqual(
        sent.map(({ data }) => data['text/plain']),
        ['one', 'two', 'three'],
      );
      assert.deepEqual(
        sent.map(({ isUpdate }) => isUpdate),
        [false, true, true],
      );
      assert.ok(sent[0]!.id !== undefined && sent.every(({ id }) => id === sent[0]!.id));
      await liveDisplay().update(text('other'));
      assert.notEqual(sent[3]!.id, sent[0]!.id);
    }));

  it('sends at most about five updates per second and never drops the last one', () =>
    inFakeKernel(async (sent) => {
      const live = liveDisplay();
      for (let i = 0; i < 100; i++) {
        void live.update(text(String(i)));
        await sleep(7);
      }
      await liveUpdatesSent();
      const lasted = sent.at(-1)!.at - sent[0]!.at;
      assert.ok(sent.length >= 3 && sent.length <= Math.ceil(lasted / 200) + 1, `${sent.length} in ${lasted} ms`);
      for (const [i, { at }] of sent.slice(1).entries()) {
        assert.ok(at - sent[i]!.at >= 190, `${at - sent[i]!.at} ms apart`);
      }
      assert.equal(sent.at(-1)!.data['text/plain'], '99');
    }));

  it('sends the last value even if no code waits for it', () =>
    inFakeKernel(async (sent) => {
      const live = liveDisplay();
      void live.update(text('first'));
      void live.update(text('passed over'));
      void live.update(text('last'));
      await sleep(400);
      assert.equal(sent.at(-1)!.data['text/plain'], 'last');
    }));

  it('draws a chart as a picture for the final value only, which is sent immediately and last', () =>
    inFakeKernel(async (sent) => {
      const live = liveDisplay();
      await live.update(chart);
      void live.update(chart);
      const before = performance.now();
      await live.update(chart, { final: true });
      await sleep(300);
      assert.deepEqual(
        sent.map(({ data }) => 'image/png' in data),
        [false, true],
      );
      assert.ok(sent[1]!.at - before < 10_000);
    }));

  it('prints only the final value on a terminal', async () => {
    const lines = await printed('log', async () => {
      const live = liveDisplay();
      await live.update(text('early'));
      await live.update(text('final'), { final: true });
    });
    assert.deepEqual(lines, ['final']);
  });

  it('shows an error as text instead of failing', () =>
    inFakeKernel(async (sent) => {
      const broken = {
        [displaySymbol]: async () => {
          throw new Error('no luck');
        },
      };
      await liveDisplay().update(broken);
      assert.equal(sent[0]!.data['text/plain'], 'This could not be shown: no luck');
    }));
});
