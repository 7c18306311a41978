import assert from 'node:assert/strict';
import { trainingCurves } from '../../src/charts';
import { UserError } from '../../src/core/errors';
import type { EpochRecord } from '../../src/core/listener';
import { assertWholeAndOnce, checkChart, epochTicks, scene } from './scene';

function record(epoch: number, given: Partial<EpochRecord> = {}): EpochRecord {
  return {
    epoch,
    loss: 2 / epoch,
    accuracy: 1 - 1 / (epoch + 1),
    validationLoss: 2 / epoch + 0.1,
    validationAccuracy: 0.9 - 0.5 / epoch,
    learningRate: 0.001,
    seconds: 0.5,
    ...given,
  };
}
const epochs = (count: number, change: (epoch: number) => Partial<EpochRecord> = () => ({})) =>
  Array.from({ length: count }, (_, i) => record(i + 1, change(i + 1)));

describe('trainingCurves', function () {
  this.timeout(60_000); // vega takes its time to load on a busy machine

  it('draws two lines in each of two panels, with a dot per epoch, and labels each line with its last value', async () => {
    const chart = trainingCurves(epochs(12), { planned: 20, title: 'Head' });
    checkChart(chart);
    const drawn = await scene(chart);
    assert.deepEqual(drawn.warnings, []);
    assert.equal(drawn.marks('line').length, 4 * 12);
    assert.equal(drawn.marks('symbol').length, 4 * 12 + 2); // and a ring on the best epoch of each panel
    const texts = drawn.texts();
    for (const label of ['training 0.167', 'validation 0.267', 'training 92.3%', 'validation 85.8%']) {
      assert.ok(texts.includes(label), `${label} in ${texts}`);
    }
    assert.ok(drawn.texts('title-text').includes('Head: epoch 12 of 20'));
  });

  it('draws the learning rate beneath where it changes, and spends no space on a constant one', async () => {
    const falling = await scene(trainingCurves(epochs(12, (epoch) => ({ learningRate: 0.0012 / epoch }))));
    assert.equal(falling.marks('line').length, 5 * 12);
    assert.ok(falling.texts().includes('learning rate 1.00e-4'), falling.texts().join());
    const constant = await scene(trainingCurves(epochs(12)));
    assert.ok(!constant.texts().some((text) => text.startsWith('learning rate ')));
  });

  it('marks the lowest validation loss and the highest validation accuracy, the earliest one if there are several', async () => {
    const history = epochs(6, (epoch) => ({
      validationLoss: [0, 0.9, 0.5, 0.4, 0.4, 0.6, 0.7][epoch],
      validationAccuracy: [0, 0.5, 0.6, 0.7, 0.7, 0.8, 0.6][epoch],
    }));
    const chart = trainingCurves(history);
    const texts = (await scene(chart)).texts();
    assert.deepEqual(
      texts.filter((text) => text.startsWith('best')),
      ['best: epoch 3', 'best: epoch 5'],
    );
    assert.match(
      chart.usermeta.text,
      /lowest validation loss 0\.400 at epoch 3, highest validation accuracy 80\.0% at epoch 5/,
    );
  });

  it('draws 1 epoch as dots and 200 as plain lines', async () => {
    const one = await scene(trainingCurves(epochs(1)));
    assert.equal(one.marks('symbol').length, 4 + 2);
    assert.ok(one.texts('axis-label').includes('1'));
    const many = await scene(trainingCurves(epochs(200)));
    assert.equal(many.marks('symbol').length, 2);
    assert.equal(many.marks('line').length, 4 * 200);
  });

  it('has whole epochs on both axes, each once', async () => {
    for (const count of [1, 2, 3, 5, 10, 100]) {
      const axes = epochTicks(await scene(trainingCurves(epochs(count))));
      assert.equal(axes.length, 2);
      for (const ticks of axes) assertWholeAndOnce(ticks, count);
    }
  });

  it('keeps its axis while training: whole epochs up to the planned number', async () => {
    const ticks = async (count: number) => {
      const labels = (await scene(trainingCurves(epochs(count), { planned: 30 }))).texts('axis-label');
      return labels.filter((label) => /^\d+$/.test(label) && Number(label) >= 3);
    };
    assert.deepEqual(await ticks(1), ['5', '10', '15', '20', '25', '30', '5', '10', '15', '20', '25', '30']);
    assert.deepEqual(await ticks(17), await ticks(1));
  });

  it('plans its axis for all epochs at the start, and ends it with a training that ended early', async () => {
    const lastTick = async (count: number, options: { planned: number; ended?: boolean }) => {
      const labels = (await scene(trainingCurves(epochs(count), options))).texts('axis-label');
      return Math.max(...labels.filter((label) => /^\d+$/.test(label)).map(Number));
    };
    assert.equal(await lastTick(1, { planned: 200 }), 25);
    assert.equal(await lastTick(20, { planned: 200 }), 50);
    assert.equal(await lastTick(51, { planned: 200 }), 200);
    const ended = { planned: 2000, ended: true };
    assert.equal(await lastTick(45, ended), 45);
    assert.match(
      trainingCurves(epochs(45), ended).usermeta.text,
      /^Training: validation accuracy 88\.9% after 45 of 2000 epochs\n/,
    );
  });

  it('draws only training if there was no validation', async () => {
    const chart = trainingCurves(epochs(4, () => ({ validationLoss: undefined, validationAccuracy: undefined })));
    checkChart(JSON.parse(JSON.stringify(chart)));
    const drawn = await scene(chart);
    assert.equal(drawn.marks('line').length, 2 * 4);
    assert.equal(drawn.marks('area').length, 0);
    assert.ok(!drawn.texts().some((text) => /best|validation/.test(text)));
    assert.ok(!chart.usermeta.text.includes('validation'));
  });

  it('shows empty axes before the first epoch', async () => {
    const chart = trainingCurves([], { planned: 5 });
    checkChart(chart);
    assert.ok((await scene(chart)).texts('title-text').includes('Training: no epoch yet'));
  });

  it('leaves a gap where a loss is not finite and names the first such epoch', async () => {
    const broken = epochs(8, (epoch) =>
      epoch < 5 ? {} : { loss: Number.NaN, validationLoss: Number.POSITIVE_INFINITY },
    );
    const chart = trainingCurves(broken);
    checkChart(chart);
    const drawn = await scene(chart);
    assert.ok(drawn.texts().includes('training 0.500'), 'the last finite loss');
    assert.match(chart.usermeta.text, /not a finite number at epoch 5/);
    assert.match(chart.usermeta.text, /NaN/);
    const all = trainingCurves(epochs(3, () => ({ loss: Number.NaN, validationLoss: Number.NaN })));
    assert.deepEqual((await scene(all)).warnings, []);
  });

  it('moves labels apart that would overlap', async () => {
    const same = epochs(3, () => ({ loss: 0.5, validationLoss: 0.5, accuracy: 1, validationAccuracy: 1 }));
    const drawn = await scene(trainingCurves(same));
    const labels = drawn.marks('text').filter(({ text }) => /^(training|validation) /.test(String(text)));
    assert.equal(labels.length, 4);
    for (const [one, other] of [labels.slice(0, 2), labels.slice(2)]) {
      assert.ok(Math.abs(one!.y! - other!.y!) >= 14, `${one!.y} and ${other!.y}`);
      assert.ok(Math.min(one!.y!, other!.y!) >= 0);
    }
  });

  it('shows all numbers of the epoch under the pointer', async () => {
    const bands = (await scene(trainingCurves(epochs(3)))).marks('rect');
    assert.equal(bands.length, 2 * 3);
    const keys = ['epoch', 'loss', 'validation loss', 'accuracy', 'validation accuracy', 'learning rate', 'seconds'];
    assert.deepEqual(Object.keys(bands[0]!.tooltip!), keys);
  });

  it('prints at most about fourteen epochs as text, with the first, the best and the last', () => {
    const history = epochs(200, (epoch) => ({ validationLoss: epoch === 84 ? 0.01 : 1 }));
    const lines = trainingCurves(history).usermeta.text.split('\n').slice(4); // the heading, two notes and the names of the columns
    assert.ok(lines.length <= 14, `${lines.length} lines`);
    assert.deepEqual(
      ['1', '84', '200'].map((epoch) => lines.some((line) => line.trim().startsWith(`${epoch} `))),
      [true, true, true],
    );
  });

  it('has in its title how far a training is, and what came of it when it has ended', () => {
    const titleOf = (
      count: number,
      options: Parameters<typeof trainingCurves>[1],
      change?: Parameters<typeof epochs>[1],
    ) => trainingCurves(epochs(count, change), options).usermeta.text.split('\n')[0];
    const turning = (epoch: number) => ({ validationLoss: 0.5 + 0.1 * Math.abs(epoch - 3) });
    assert.equal(titleOf(6, { planned: 20 }, turning), 'Training: epoch 6 of 20');
    assert.equal(titleOf(6, { planned: 6 }, turning), 'Training: overfits after epoch 3, trained for 6 epochs');
    const stopped = { planned: 20, ended: true };
    assert.equal(titleOf(6, stopped, turning), 'Training: overfits after epoch 3, trained for 6 of 20 epochs');
    assert.match(titleOf(6, {})!, /^Training: validation accuracy \d\d\.\d% after 6 epochs$/);
    const alone = () => ({ validationLoss: undefined, validationAccuracy: undefined });
    assert.equal(titleOf(1, {}, alone), 'Training: 1 epoch');
    assert.equal(
      titleOf(6, {}, (epoch) => ({ loss: epoch > 4 ? Number.NaN : 1 })),
      'Training: failed, 6 epochs',
    );
    assert.equal(titleOf(0, { ended: true }), 'Training: no epoch yet');
  });

  it('says after which epoch it overfits, and nothing while the validation loss only fluctuates', () => {
    const textOf = (losses: readonly number[]) =>
      trainingCurves(epochs(losses.length, (epoch) => ({ validationLoss: losses[epoch - 1] }))).usermeta.text;
    assert.match(
      textOf([1, 0.6, 0.5, 0.6, 0.7, 0.8]),
      /validation loss rises after epoch 3, from 0\.500 to 0\.700 \(mean of the last three epochs\)/,
    );
    assert.doesNotMatch(textOf([1, 0.6, 0.5, 0.6]), /overfits/);
    assert.doesNotMatch(textOf([1, 0.6, 0.5, 0.52, 0.51, 0.52, 0.5]), /overfits/);
  });

  it('shades the gap between training and validation', async () => {
    assert.equal((await scene(trainingCurves(epochs(12)))).marks('area').length, 2 * 12);
  });

  it('refuses an unknown option, and 0 planned epochs', () => {
    assert.throws(() => trainingCurves([], { plan: 3 } as object), UserError);
    assert.throws(() => trainingCurves([], { planned: 0 }), UserError);
  });
});
