import assert from 'node:assert/strict';
import { Random } from '../../src/core/random';
import { classificationSummary, groupedAccuracy, wilsonInterval } from '../../src/metrics';
import { twoSidedT } from '../../src/metrics/studentT';
import { mistake } from '../mistake';
import fixture from './summary_fixture.json';

const close = (actual: number, expected: number, tolerance = 1e-12) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

/** Groups of examples that are right or wrong together, and alone, in equal parts. */
function drawn(random: Random, groups: number, each: number): { right: boolean[]; names: string[] } {
  const right: boolean[] = [];
  const names: string[] = [];
  for (let g = 0; g < groups; g++) {
    const ease = random.uniform() < 0.5 ? 0.95 : 0.65;
    for (let i = 0; i < each; i++) {
      right.push(random.uniform() < ease);
      names.push(`group ${g}`);
    }
  }
  return { right, names };
}

describe('groupedAccuracy', () => {
  it('is the Wilson interval where there are no groups', () => {
    const right = Array.from({ length: 50 }, (_, i) => i % 10 > 0);
    const { low, high, estimate, effective } = groupedAccuracy(right);
    const expected = wilsonInterval(45, 50);
    assert.deepEqual([low, high, estimate, effective], [expected.low, expected.high, expected.estimate, 50]);
    assert.deepEqual(groupedAccuracy(right, new Array(50).fill(undefined)).effective, 50);
  });

  it('counts copies of one picture once', () => {
    // 20 things, each with five equal pictures: p (1 - p) / variance is 19, and t corrects for the few groups
    const right = Array.from({ length: 100 }, (_, i) => Math.floor(i / 5) < 15);
    const { effective, groups, examples } = groupedAccuracy(
      right,
      right.map((_, i) => `thing ${Math.floor(i / 5)}`),
    );
    close(effective, 19 * (1.959963984540054 / twoSidedT(0.05, 19)) ** 2, 1e-9);
    assert.deepEqual([groups, examples], [20, 100]);
  });

  it('has a width where all are right, or there is one group only', () => {
    const all = groupedAccuracy(
      new Array(40).fill(true),
      Array.from({ length: 40 }, (_, i) => String(i % 4)),
    );
    assert.deepEqual([all.effective, all.high], [4, 1]);
    close(all.low, wilsonInterval(4, 4).low);
    assert.equal(groupedAccuracy([true, false, true], ['a', 'a', 'a']).effective, 1);
  });

  it('holds the true accuracy as often as it says, where the Wilson interval of all pictures does not', () => {
    const random = new Random(3, 'coverage');
    let [held, heldByWilson] = [0, 0];
    const rounds = 1000;
    for (let round = 0; round < rounds; round++) {
      const { right, names } = drawn(random, 30, 20);
      const within = ({ low, high }: { low: number; high: number }) => low <= 0.8 && 0.8 <= high;
      if (within(groupedAccuracy(right, names))) held++;
      if (within(wilsonInterval(right.filter(Boolean).length, right.length))) heldByWilson++;
    }
    assert.ok(held / rounds > 0.93 && held / rounds < 0.97, String(held / rounds));
    assert.ok(heldByWilson / rounds < 0.8, String(heldByWilson / rounds));
  });

  it('refuses nothing at all, and another number of groups', () => {
    mistake(() => groupedAccuracy([]), 'no examples');
    mistake(() => groupedAccuracy([true, false], ['a']), '2 examples and 1 groups');
    mistake(() => groupedAccuracy([true], undefined, 95), 'between 0 and 1');
  });
});

describe('classificationSummary', () => {
  for (const { title, labels, probabilities, ...expected } of fixture) {
    it(`agrees with scikit-learn on ${title}`, () => {
      const summary = classificationSummary(labels, probabilities);
      close(summary.accuracy.estimate, expected.accuracy);
      close(summary.balancedAccuracy.estimate, expected.balancedAccuracy);
      close(summary.macroF1.estimate, expected.macroF1);
      close(summary.auc!.estimate, expected.auc);
      close(summary.logLoss.estimate, expected.logLoss);
      for (const { low, estimate, high } of [
        summary.balancedAccuracy,
        summary.macroF1,
        summary.auc!,
        summary.logLoss,
      ]) {
        assert.ok(low < estimate && estimate < high, `${low} ${estimate} ${high}`);
      }
    });
  }

  it('names the accuracy of the most frequent class', () => {
    const labels = [1, 1, 1, 0];
    const { baseline } = classificationSummary(
      labels,
      labels.map(() => [0.5, 0.5]),
    );
    assert.deepEqual(baseline, { class: 1, accuracy: 0.75 });
  });

  it('has the interval of a mean for the log loss, and a wider one where examples are copies', () => {
    const random = new Random(1, 'losses');
    const probabilities = Array.from({ length: 300 }, () => {
      const p = 0.05 + 0.9 * random.uniform();
      return [p, 1 - p];
    });
    const labels = probabilities.map(() => 0);
    const losses = probabilities.map(([p]) => -Math.log(p!));
    const mean = losses.reduce((a, b) => a + b) / 300;
    const error = Math.sqrt(losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / 299 / 300);
    const width = ({ low, high }: { low: number; high: number }) => high - low;
    const { logLoss, auc } = classificationSummary(labels, probabilities);
    assert.ok(Math.abs(width(logLoss) / (2 * 1.96 * error) - 1) < 0.1);
    assert.equal(auc, undefined); // one class only
    const copied = [0, 1, 2, 3].flatMap(() => probabilities);
    const summary = classificationSummary(
      copied.map(() => 0),
      copied,
      { groups: copied.map((_, i) => String(i % 300)) },
    );
    assert.ok(Math.abs(width(summary.logLoss) / width(logLoss) - 1) < 0.1);
  });

  it('refuses what is no distribution, and another number of groups', () => {
    mistake(() => classificationSummary([0], [[2, 1]]), 'sum to 1');
    mistake(() => classificationSummary([0], [[0.5, 0.5]], { groups: [] }), '1 labels and 0 groups');
    mistake(() => classificationSummary([0], [[0.5, 0.5]], { group: [] } as object), 'group', 'groups');
  });
});
