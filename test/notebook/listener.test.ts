import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EpochRecord, Listener } from '../../src/core/listener';
import { stopRequested, withStop } from '../../src/core/stop';
import { notebookListener, watch } from '../../src/notebook';
import { terminalListener } from '../../src/terminal';
import { inFakeKernel, printed, type Sent } from './fakeKernel';

const flagKey = Symbol.for('tunebook.stop');
const shared = globalThis as { [flagKey]?: { requested: boolean; holders?: number } };

/** Report progress like a training: features, then epochs with their batches. */
async function pretend(listener: Listener, { epochs = 3, planned }: { epochs?: number; planned?: number } = {}) {
  const last = planned ?? epochs;
  for (const done of [50, 100]) listener.onProgress?.({ task: 'features', done, total: 100, unit: 'pictures' });
  const history: EpochRecord[] = [];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (const done of [32, 64]) {
      listener.onProgress?.({ task: 'training', done: 64 * (epoch - 1) + done, total: 64 * last, unit: 'examples' });
      await nextTurn();
      if (listener.shouldStop?.()) return history;
    }
    history.push({
      epoch,
      loss: 1 / epoch,
      accuracy: 0.5,
      validationLoss: 1,
      validationAccuracy: 0.4,
      learningRate: 0.01,
      seconds: 0.1,
    });
    listener.onEpoch?.(history.at(-1)!, history, last);
  }
  return history;
}

/** The last content of each display, in the order in which they appeared. */
function page(sent: Sent[]): Record<string, unknown>[] {
  return [...new Map(sent.map(({ id, data }) => [id, data])).values()];
}

describe('notebookListener', function () {
  this.timeout(60_000);

  it('ends with a line for the features, one for the training, the last epoch, and the curves with their picture', () =>
    inFakeKernel(async (sent) => {
      const listener = notebookListener();
      await pretend(listener);
      await listener.end();
      const texts = page(sent).map((data) => String(data['text/plain']));
      assert.equal(texts.length, 4);
      assert.match(texts[0]!, /^features: 100 pictures in /);
      assert.match(texts[1]!, /^training: 192 examples in /);
      assert.equal(
        texts[2],
        'epoch 3 of 3: loss 0.333, accuracy 50.0%, validation loss 1, validation accuracy 40.0%, 0.1 s',
      );
      assert.match(texts[3]!, /^Training: .* 3 epochs\n/);
      assert.ok('image/png' in page(sent)[3]!);
      assert.equal(sent.filter(({ data }) => 'image/png' in data).length, 1, 'the picture is drawn once');
    }));

  it('keeps the picture of a training that ended early', () =>
    inFakeKernel(async (sent) => {
      const listener = notebookListener();
      await pretend(listener, { epochs: 2, planned: 20 });
      await listener.end();
      const contents = page(sent);
      assert.match(String(contents[1]!['text/plain']), /^training: stopped after 128 of 1280 examples/);
      assert.ok('image/png' in contents[3]!);
    }));

  it('shows separate curves for a second training', () =>
    inFakeKernel(async (sent) => {
      const listener = notebookListener();
      await pretend(listener, { epochs: 2 });
      await pretend(listener, { epochs: 1 });
      await listener.end();
      const titles = page(sent)
        .map((data) => String(data['text/plain']))
        .filter((text) => text.startsWith('Training'));
      assert.deepEqual(
        titles.map((text) => text.split('\n')[0]),
        ['Training: validation accuracy 40.0% after 2 epochs', 'Training: validation accuracy 40.0% after 1 epoch'],
      );
    }));

  it('does not fail if it gets impossible reports', async () => {
    const lines = await printed('error', () =>
      inFakeKernel(async () => {
        const listener = notebookListener();
        listener.onEpoch({} as EpochRecord, null as unknown as EpochRecord[], -1);
        listener.onProgress(null as never);
        await listener.end();
      }),
    );
    assert.equal(lines.length, 2);
  });
});

describe('terminalListener', () => {
  it('prints a line per task and a line per epoch, even if copied into another listener', async () => {
    let written = '';
    const listener = { ...terminalListener({ write: (text) => (written += text) }), shouldStop: () => false };
    await pretend(listener, { epochs: 2 });
    listener.onMessage('all done');
    await listener.end();
    const lines = written.split('\n');
    assert.match(lines[0]!, /^features: 100 pictures in /);
    assert.match(lines[1]!, /^epoch 1 of 2: loss 1, accuracy 50\.0%/);
    assert.match(lines[2]!, /^training: 128 examples in /);
    assert.match(lines[3]!, /^epoch 2 of 2: loss 0\.500/);
    assert.deepEqual(lines.slice(4), ['all done', '']);
  });
});

describe('the stop flag', () => {
  beforeEach(() => {
    delete shared[flagKey];
  });
  after(() => {
    delete shared[flagKey];
  });

  it('is not set outside a kernel, and is checked while work holds it', async () => {
    assert.equal(stopRequested(), false);
    shared[flagKey] = { requested: false }; // like a kernel does
    const asked = await withStop(async (shouldStop) => {
      assert.equal(shared[flagKey]!.holders, 1);
      const before = shouldStop();
      shared[flagKey]!.requested = true;
      return [before, shouldStop(), stopRequested()];
    });
    assert.deepEqual(asked, [false, true, true]);
    assert.equal(shared[flagKey]!.holders, 0);
  });

  it('is released when the work fails, and counts nested work', async () => {
    await assert.rejects(
      withStop(() =>
        withStop(async () => {
          assert.equal(shared[flagKey]!.holders, 2);
          throw new Error('failed');
        }),
      ),
      /failed/,
    );
    assert.equal(shared[flagKey]!.holders, 0);
  });

  it('remains with the running work when the kernel replaces it', async () => {
    const stopped = await withStop(async (shouldStop) => {
      shared[flagKey]!.requested = true;
      shared[flagKey] = { requested: false, holders: 0 };
      return shouldStop();
    });
    assert.equal(stopped, true);
    assert.equal(shared[flagKey]!.holders, 0);
  });
});

describe('watch', function () {
  this.timeout(60_000);

  it('stops a training after its current batch and keeps its result, with the curves as a picture', () =>
    inFakeKernel(async (sent) => {
      const history = await watch(async (listener) => {
        const onEpoch: Listener['onEpoch'] = (record, all, planned) => {
          listener.onEpoch(record, all, planned);
          if (record.epoch === 2) shared[flagKey]!.requested = true;
        };
        return pretend({ ...listener, onEpoch }, { epochs: 20 });
      });
      assert.equal(history.length, 2);
      assert.match(String(page(sent).at(-1)!['text/plain']), /^Training: .* 2 of 20 epochs\n/);
      assert.ok('image/png' in page(sent).at(-1)!);
      shared[flagKey]!.requested = false;
    }));

  it('ends its displays and passes on the error when the work fails', () =>
    inFakeKernel(async (sent) => {
      const failing = watch(async (listener) => {
        listener.onProgress({ task: 'decode', done: 1, total: 2, unit: 'pictures' });
        throw new Error('disk full');
      });
      await assert.rejects(failing, /disk full/);
      assert.match(String(sent.at(-1)!.data['text/plain']), /^decode: stopped after 1 of 2 pictures/);
      assert.equal(shared[flagKey]!.holders, 0);
    }));
});
