import assert from 'node:assert/strict';
import { compareCurves, learningRateChart } from '../../src/charts';
import { renderSvg } from '../../src/charts/render';
import { UserError } from '../../src/core/errors';
import type { EpochRecord } from '../../src/core/listener';
import { suggestLearningRates } from '../../src/metrics/learningRateFinding';
import { assertWholeAndOnce, checkChart, epochTicks, scene } from './scene';

const history = (epochs: number, best: number, change: Partial<EpochRecord> = {}): EpochRecord[] =>
  Array.from({ length: epochs }, (_, i) => ({
    epoch: i + 1,
    loss: 1 / (i + 1),
    accuracy: 0.9,
    validationLoss: 0.5 + 0.1 * Math.abs(i + 1 - best),
    validationAccuracy: 0.8,
    learningRate: 0.001,
    seconds: 1,
    ...change,
  }));

describe('compareCurves', function () {
  this.timeout(60_000);

  it('draws a solid and a dashed line for each training in both panels and names each at its end', async () => {
    const chart = compareCurves({ plain: history(8, 3), 'with dropout': history(6, 6, { validationAccuracy: 0.85 }) });
    checkChart(chart);
    const drawn = await scene(chart);
    assert.deepEqual(drawn.warnings, []);
    const texts = drawn.texts();
    for (const label of ['plain 1', 'with dropout 0.500', 'plain 80.0%', 'with dropout 85.0%'])
      assert.ok(texts.includes(label), `${label} in ${texts}`);
    assert.match(chart.usermeta.text, /plain +0\.500 +3 +80\.0%/);
  });

  it('keeps the labels of equal lines one line apart, next to the plot', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const chart = compareCurves(Object.fromEntries(names.map((name) => [name, history(4, 4, { validationLoss: 0 })])));
    const drawn = await scene(chart);
    const places = drawn
      .marks('text')
      .filter(({ text }) => /^[a-g] 0$/.test(String(text)))
      .map(({ y }) => y!)
      .sort((one, other) => one - other);
    assert.equal(places.length, 7);
    places.slice(1).forEach((place, i) => {
      assert.ok(place - places[i]! > 14);
    });
    assert.ok(places.at(-1)! <= 210 && places[0]! >= 0);
  });

  it('labels its axes with whole epochs, each once', async () => {
    for (const count of [1, 2, 3, 5, 10, 100]) {
      const axes = epochTicks(await scene(compareCurves({ one: history(count, 1), other: history(count, 1) })));
      assert.equal(axes.length, 2);
      for (const ticks of axes) assertWholeAndOnce(ticks, count);
    }
  });

  it('shows a single epoch as dots, because a line of one point is invisible', async () => {
    const drawn = await scene(compareCurves({ one: history(1, 1), other: history(1, 1) }));
    assert.equal(drawn.marks('symbol').length, 2 * 2 * 2);
  });

  it('shows epochs that were validated as dots, too, where others between them were not', async () => {
    const every = history(6, 3);
    const some = every.map(({ validationLoss, validationAccuracy, ...record }) =>
      record.epoch % 3 === 0 ? { ...record, validationLoss, validationAccuracy } : record,
    );
    assert.equal((await scene(compareCurves({ every }))).marks('symbol').length, 0);
    const dots = (await scene(compareCurves({ some }))).marks('symbol').length;
    assert.equal(dots, 2 * (6 + 2), 'of two panels: six epochs of training, two of validation');
  });

  it('is no wider than a page: panels are placed below each other if names are long', async () => {
    const drawn = async (name: string) => {
      const svg = await renderSvg(compareCurves({ [name]: history(5, 3), b: history(5, 4) }));
      const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg)!;
      return { width: Number(width), height: Number(height) };
    };
    const short = await drawn('dropout 0.5');
    const long = await drawn('feature-extraction, dropout 0.5');
    const longest = await drawn('variant fine-tune-all, dropout 0.5, learningRate 0.001, augment light');
    assert.ok(short.height < 380 && long.height > 500 && longest.height > 500, JSON.stringify([short, long, longest]));
    for (const { width } of [short, long, longest]) assert.ok(width <= 910, `${width} pixels wide`);
  });

  it('refuses no training, too many trainings, and one without validation', () => {
    assert.throws(() => compareCurves({}), UserError);
    const bare = history(2, 1, { validationLoss: undefined });
    assert.throws(
      () => compareCurves({ bare }),
      new UserError("compareCurves: 'bare' has no validation loss to compare"),
    );
  });
});

describe('learningRateChart', function () {
  this.timeout(60_000);

  it('draws the sweep and marks both suggestions', async () => {
    const steps = Array.from({ length: 60 }, (_, i) => {
      const smoothed = i < 40 ? 2 - i * 0.03 : 0.8 + (i - 40) * 0.4;
      return { learningRate: 1e-6 * 10 ** (i / 10), loss: smoothed, smoothed };
    });
    const finding = suggestLearningRates(steps);
    assert.ok(finding.valley !== null && finding.steepest !== null);
    const chart = learningRateChart(finding);
    checkChart(chart);
    const drawn = await scene(chart);
    assert.deepEqual(drawn.warnings, []);
    assert.equal(drawn.texts().filter((text) => /^(valley|steepest) /.test(text)).length, 2);
    assert.match(chart.usermeta.text, /valley: /);
  });

  it('refuses a finding without a finite loss', () => {
    assert.throws(() => learningRateChart({ steps: [], valley: null, steepest: null }), UserError);
  });
});
