import assert from 'node:assert/strict';
import { Random } from '../../../src/core/random';
import { type Axes, expandAxes } from '../../../src/study/axes';
import { type Configuration, labelsOf } from '../../../src/study/axisValue';
import { importance, importanceText } from '../../../src/study/importance';
import { cellsOf } from '../../../src/study/importance/cells';
import { growTree } from '../../../src/study/importance/tree';
import { sharesOf } from '../../../src/study/importance/variance';
import type { RunRecord } from '../../../src/study/runRecord';

/** A study whose runs have the accuracies that a function gives. */
function studyOf(
  axes: Axes,
  configurations: Configuration[],
  accuracy: (at: Configuration, seed: number) => number,
  seeds = 1,
) {
  const records = configurations.flatMap((at) =>
    Array.from({ length: seeds }, (_, i) => ({
      ...{ axes: labelsOf(at), seed: i + 1, state: 'done', epochs: 4 },
      ...{ accuracy: accuracy(at, i + 1), curve: [accuracy(at, i + 1)] },
    })),
  ) as RunRecord[];
  return { axes, records, monitor: 'accuracy' } as const;
}
const shares = ({ axes }: ReturnType<typeof importance>) =>
  Object.fromEntries(axes.map(({ axis, share }) => [axis, share]));
const near = (found: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(found - expected) < tolerance, `${found}, not ${expected}`);

describe('the variance of a tree', () => {
  it('is divided as by hand: one step on each of two axes, and both together', () => {
    // y = a + 2 b + 4 a b for a in {0, 1}, b in {0, 1}: 0, 1, 2, 7; mean 2.5, variance 7.25
    // a alone: means 1 and 4, variance 2.25; b alone: means 0.5 and 4.5, variance 4; together the rest, 1
    const axes = ['a', 'b'].map((axis) => cellsOf(axis, [0, 1], [0, 1]));
    const samples = [
      [0, 0, 0],
      [1, 0, 1],
      [0, 1, 2],
      [1, 1, 7],
    ].map(([a, b, value]) => ({ cells: [a!, b!], value: value! }));
    const [a, b] = sharesOf(axes, growTree(axes, samples, new Random(0)))!;
    near(a!, 2.25 / 7.25, 1e-12);
    near(b!, 4 / 7.25, 1e-12);
  });

  it('counts values by their part of the axis, not by how often they were run', () => {
    // 3 of 4 values of the list give 0, although most samples have the fourth, which gives 1: variance 3/16, all of it of the axis
    const axes = [cellsOf('head', ['a', 'b', 'c', 'd'], []), cellsOf('dropout', { min: 0, max: 0.8 }, [0.1, 0.7])];
    assert.deepEqual(
      axes[1]!.weights.map((weight) => Number(weight.toFixed(9))),
      [0.5, 0.5],
    );
    const samples = [0, 1, 2, 3, 3, 3, 3, 3].map((cell, i) => ({ cells: [cell, i % 2], value: cell === 3 ? 1 : 0 }));
    assert.deepEqual(
      sharesOf(axes, growTree(axes, samples, new Random(0)))!.map((share) => Number(share.toFixed(9))),
      [1, 0],
    );
  });

  it('takes the scale of a range: a learning rate counts by its logarithm', () => {
    const { weights, cellOf } = cellsOf('learningRate', { min: 1e-5, max: 1e-1, scale: 'log' }, [1e-4, 1e-2]);
    near(weights[0]!, 0.5, 1e-9);
    assert.deepEqual([1e-5, 9e-4, 2e-3, 1e-1].map(cellOf), [0, 0, 1, 1]);
  });
});

describe('the importance of axes', () => {
  const axes: Axes = {
    learningRate: { min: 1e-5, max: 1e-1, scale: 'log' },
    dropout: { min: 0, max: 0.9 },
    head: ['linear', 'dense'],
    dummy: ['a', 'b', 'c'],
  };
  const configurations = expandAxes(axes, { design: 'random', configurations: 200 });
  /** A sum of functions of one axis: the variances are 4/3, 1/3, 1/4 and 0 (uniform on [-1, 1] and of two values), times 0.01. */
  const sum = ({ learningRate, dropout, head }: Configuration) =>
    0.5 +
    0.1 * (Math.log10(learningRate as number) + 3) +
    0.1 * ((dropout as number) / 0.45 - 1) +
    (head === 'dense' ? 0.1 : 0);

  it('is the part of the variance that each explains, known from the function', () => {
    const found = importance(studyOf(axes, configurations, sum));
    const total = 4 / 3 + 1 / 3 + 1 / 4;
    const { learningRate, dropout, head, dummy } = shares(found);
    near(learningRate!, 4 / 3 / total, 0.06);
    near(dropout!, 1 / 3 / total, 0.06);
    near(head!, 1 / 4 / total, 0.06);
    near(dummy!, 0, 0.02);
    near(found.interactions.share, 0, 0.08);
    assert.equal(found.axes[0]!.axis, 'learningRate');
    for (const { low, share, high } of found.axes) assert.ok(low <= share && share <= high);
    assert.ok(found.explained > 0.9, String(found.explained));
    assert.deepEqual(found.notes, []);
    assert.deepEqual(importance(studyOf(axes, configurations, sum)), found);
    assert.notDeepEqual(importance(studyOf(axes, configurations, sum), { seed: 1 }), found);
  });

  it('finds an effect that two axes have together only', () => {
    // the exclusive or of dropout above 0.45 and a dense head has no effect of either alone
    const both = ({ dropout, head }: Configuration) => ((dropout as number) > 0.45 === (head === 'dense') ? 0.9 : 0.5);
    const found = importance(studyOf(axes, configurations, both));
    assert.ok(found.interactions.share > 0.7, JSON.stringify(found));
  });

  it('says when the trees predict nothing, and when there are few configurations', () => {
    const random = new Random(5);
    const chance = importance(studyOf(axes, configurations, () => random.uniform()));
    assert.ok(chance.explained < 0.3);
    assert.match(chance.notes.join(' '), /explain \d+% of the differences .* mostly chance/);
    const few = importance(studyOf(axes, configurations.slice(0, 6), sum));
    assert.match(few.notes[0]!, /^6 configurations are few for 4 axes: about 40 are needed/);
    const wide = few.axes[0]!;
    assert.ok(wide.high - wide.low > 0.3, JSON.stringify(wide));
    assert.throws(
      () => importance(studyOf(axes, configurations.slice(0, 3), sum)),
      /needs an axis with two values and 4 configurations with results, got 4 such axes and 3 configurations/,
    );
    assert.throws(() => importance(studyOf({}, [], sum)), /got 0 such axes and 0 configurations/);
    assert.throws(
      () => importance(studyOf(axes, configurations, sum), { trees: 1e9 }),
      /trees must be a whole number >= 10/,
    );
  });

  it('is 0 for all, and said so, if all configurations have the same result', () => {
    const found = importance(studyOf(axes, configurations, () => 0.5));
    assert.ok([...found.axes, found.interactions].every(({ share, high }) => share === 0 && high === 0));
    assert.deepEqual(found.notes, ['All configurations have the same accuracy.']);
  });

  it('has wider intervals where seeds differ more', () => {
    const half = configurations.slice(0, 60);
    const width = (noise: number) => {
      const noisy = (at: Configuration, seed: number) =>
        sum(at) + noise * (new Random(seed, JSON.stringify(at)).uniform() - 0.5);
      const [first] = importance(studyOf(axes, half, noisy, 3)).axes;
      return first!.high - first!.low;
    };
    assert.ok(width(0.6) > 1.2 * width(0), `${width(0.6)}, without noise ${width(0)}`);
  });

  it('compares all runs up to the same epoch if some were pruned, and leaves out failed ones', () => {
    const { records, ...study } = studyOf(axes, configurations.slice(0, 40), sum);
    const mixed = records.map((record, i): RunRecord => {
      if (i % 4 === 0) return { ...record, accuracy: 0.99, epochs: 4, curve: [record.accuracy!, 0.99, 0.99, 0.99] };
      return i === 1 ? { ...record, state: 'failed', accuracy: null } : { ...record, state: 'pruned', epochs: 1 };
    });
    const found = importance({ ...study, records: mixed });
    assert.equal(found.configurations, 39);
    assert.equal(found.axes[0]!.axis, 'learningRate');
    assert.match(found.notes.join(' '), /compared by their best accuracy up to epoch 1\./);
  });

  it('can be computed for axes that only the runs name, and not for absurdly many', () => {
    const { records, monitor } = studyOf(axes, configurations.slice(0, 20), sum);
    const renamed = records.map((record) => ({
      ...record,
      axes: { toString: record.axes.dropout!, head: record.axes.head! },
    }));
    assert.equal(importance({ records: renamed, monitor, axes: {} }).axes.length, 2);
    const long = { head: [...Array.from({ length: 1e5 }, (_, i) => String(i)), 'linear', 'dense'] };
    assert.equal(importance({ records: renamed, monitor, axes: long as Axes }).axes.length, 2);
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`axis ${i}`, 0]));
    const wide = records.map((record, n) => ({
      ...record,
      axes: Object.fromEntries(Object.keys(many).map((axis) => [axis, n])),
    }));
    assert.throws(() => importance({ records: wide, monitor, axes: {} }), /may have 100 axes for this, got 101/);
  });

  it('is written as a table', () => {
    const lines = importanceText(importance(studyOf(axes, configurations, sum))).split('\n');
    assert.match(lines[0]!, /^axis +share of the variance +95% interval$/);
    assert.match(lines[1]!, /^learningRate +\d\d\.\d% +\d+\.\d% to \d+\.\d%$/);
    assert.match(lines.at(-3)!, /^several together/);
    assert.match(
      lines.at(-1)!,
      /^The part of the variance of accuracy .* \(functional ANOVA of a random forest, from 200 configurations\)/,
    );
  });
});
