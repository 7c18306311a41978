import assert from 'node:assert/strict';
import { Random } from '../../src/core/random';
import { countConfigurations, expandAxes } from '../../src/study/axes';
import { type AxisRange, checkRange, drawFrom, holds, listed, sizeOf } from '../../src/study/range';

const rates: AxisRange = { min: 1e-5, max: 1e-1, scale: 'log' };

describe('a range of an axis', () => {
  it('has evenly spaced points on its scale', () => {
    assert.deepEqual(listed(checkRange('learningRate', { ...rates, points: 5 })), [1e-5, 1e-4, 1e-3, 1e-2, 1e-1]);
    assert.deepEqual(listed(checkRange('dropout', { min: 0, max: 0.6, points: 4 })), [0, 0.2, 0.4, 0.6]);
    assert.deepEqual(listed(checkRange('blocks', { min: 1, max: 16, scale: 'log', points: 5 })), [1, 2, 4, 8, 16]);
  });

  it('has all values of its steps, without errors of rounding, or some of them', () => {
    assert.deepEqual(listed(checkRange('dropout', { min: 0.1, max: 0.5, step: 0.1 })), [0.1, 0.2, 0.3, 0.4, 0.5]);
    assert.deepEqual(listed(checkRange('blocks', { min: 1, max: 4 })), [1, 2, 3, 4]);
    assert.deepEqual(listed(checkRange('inputSize', { min: 96, max: 230, step: 32 })), [96, 128, 160, 192, 224]);
    assert.deepEqual(listed(checkRange('patience', { min: 2, max: 10, integer: true, points: 3 })), [2, 6, 10]);
    assert.equal(sizeOf(checkRange('patience', { min: 2, max: 10 })), Infinity);
  });

  it('is drawn from uniformly on its scale, always within it, and rounded so that it can be read', () => {
    const random = new Random(1);
    const checks: [string, AxisRange, (at: number) => number][] = [
      ['learningRate', rates, (value) => (Math.log10(value) + 5) / 4],
      ['dropout', { min: 0.1, max: 0.5 }, (value) => (value - 0.1) / 0.4],
      ['blocks', { min: 1, max: 10 }, (value) => (value - 0.5) / 10],
      ['epochs', { min: 2, max: 60, scale: 'log' }, (value) => Math.log(value / 1.5) / Math.log(60.5 / 1.5)],
    ];
    for (const [axis, given, place] of checks) {
      const range = checkRange(axis, given);
      const values = Array.from({ length: 4000 }, () => drawFrom(range, random));
      assert.ok(values.every((value) => holds(range, value)));
      const mean = values.reduce((sum, value) => sum + place(value), 0) / values.length;
      assert.ok(Math.abs(mean - 0.5) < 0.03, `${axis}: ${mean}`);
      assert.ok(
        values.every((value) => String(value).length <= 10),
        `${axis}: ${values[0]}`,
      );
    }
  });

  it('keeps small differences where it is narrow', () => {
    const range = checkRange('layerDecay', { min: 0.9998, max: 0.9999, scale: 'log' });
    const values = new Set(Array.from({ length: 100 }, (_, i) => drawFrom(range, new Random(i))));
    assert.ok(values.size > 90, String(values.size));
  });

  const refused: [string, object, RegExp][] = [
    ['dropout', { min: Number.NaN, max: 0.5 }, /axis 'dropout': min must be a number >= 0 and <= 0.99, got NaN/],
    ['dropout', { max: 0.5 }, /axis 'dropout': min must be a number/],
    ['dropout', { min: 0.1, max: Infinity }, /axis 'dropout': max must be a number >= 0 and <= 0.99, got Infinity/],
    ['dropout', { min: 0, max: 2 }, /axis 'dropout': max must be a number >= 0 and <= 0.99, got 2/],
    ['dropout', { min: 0.5, max: 0.1 }, /min must be below max, got 0.5 and 0.1/],
    ['dropout', { min: 0.5, max: 0.5 }, /for a single value give a list, such as \[0.5\]/],
    ['dropout', { min: 0, max: 0.5, scale: 'log' }, /min must be above 0 on a log scale, got 0/],
    ['dropout', { min: 0, max: 0.5, scale: 'cubic' }, /unknown scale "cubic"; the scales are linear, log/],
    [
      'dropout',
      { min: 0, max: 0.5, values: 3 },
      /unknown option 'values'; the options are min, max, scale, integer, step, points/,
    ],
    ['dropout', { min: 0, max: 0.5, step: 0 }, /step must be a number >= /],
    ['dropout', { min: 0, max: 0.5, step: 1 }, /step must be a number .*<= 0.5, got 1/],
    ['learningRate', { ...rates, step: 0.01 }, /step is for a linear scale/],
    ['dropout', { min: 0, max: 0.5, points: 1 }, /points must be a whole number >= 2 and <= 10000, got 1/],
    ['dropout', { min: 0, max: 0.5, points: 1e9 }, /points must be a whole number >= 2 and <= 10000/],
    ['blocks', { min: 1.5, max: 4 }, /min must be a whole number >= 1/],
    ['blocks', { min: 1, max: 4, step: 0.5 }, /step must be a whole number/],
    ['blocks', { min: 1, max: 4, integer: false }, /integer must be true, as blocks is a whole number, got false/],
    ['inputSize', { min: 0, max: 224 }, /min must be a whole number >= /],
    [
      'backbone',
      { min: 1, max: 4 },
      /has a range, but is not a setting that is a number: .* settings with a range are epochs, batchSize/,
    ],
    ['dummy', { min: 1, max: 4 }, /axis 'dummy' has a range/],
    ['__proto__', { min: 1, max: 4 }, /axis '__proto__' has a range/],
  ];
  for (const [axis, range, message] of refused) {
    it(`is refused: ${axis} ${JSON.stringify(range)}`, () => {
      assert.throws(() => checkRange(axis, range as AxisRange), message);
    });
  }

  it('needs a number of points where a design lists the values, and has none where a design draws', () => {
    const axes = { learningRate: rates };
    for (const design of ['grid', 'one-factor', 'leave-one-out'] as const) {
      assert.throws(
        () => expandAxes(axes, { design }),
        new RegExp(`the design ${design} lists .* give a number of "points"`),
      );
    }
    const pointed = { learningRate: { ...rates, points: 3 }, dropout: [0, 0.5] };
    assert.equal(expandAxes(pointed).length, 6);
    assert.deepEqual(expandAxes(pointed, { baseline: { learningRate: 1e-3 } })[0], { learningRate: 1e-3, dropout: 0 });
    assert.equal(expandAxes(pointed, { design: 'leave-one-out' })[0]!.learningRate, 0.1);
    assert.throws(() => expandAxes(pointed, { design: 'random' }), /draws from the whole range: leave "points" out/);
    assert.equal(countConfigurations({ epochs: { min: 1, max: 1e6 } }), 1e6); // counted, not listed
  });
});

describe('a random design over ranges', () => {
  const axes = {
    learningRate: rates,
    dropout: { min: 0, max: 0.8 },
    blocks: { min: 1, max: 6 },
    head: ['linear', 'dense'],
  } as const;
  const some = (configurations: number, designSeed = 0) =>
    expandAxes(axes, { design: 'random', configurations, designSeed });

  it('draws the same for the same seed, and begins the same however many it draws', () => {
    assert.equal(some(20).length, 20);
    assert.deepEqual(some(20), some(20));
    assert.deepEqual(some(40).slice(0, 20), some(20));
    assert.notDeepEqual(some(20, 1), some(20));
    assert.equal(new Set(some(200).map(({ learningRate }) => learningRate)).size, 200);
  });

  it('begins with the usual settings if the ranges have them, else with their middle, or with the given baseline', () => {
    assert.deepEqual(some(1)[0], { learningRate: 0.003, dropout: 0.2, blocks: 3, head: 'linear' });
    const narrow = { learningRate: { min: 1e-6, max: 1e-4, scale: 'log' }, dropout: [0.5] } as const;
    assert.equal(expandAxes(narrow, { design: 'random' })[0]!.learningRate, 1e-5);
    const settings = { learningRate: 2e-6 };
    assert.equal(expandAxes(narrow, { design: 'random', settings })[0]!.learningRate, 2e-6);
    const baseline = { learningRate: 5e-5 };
    assert.equal(expandAxes(narrow, { design: 'random', settings, baseline })[0]!.learningRate, 5e-5);
    assert.throws(
      () => expandAxes(narrow, { design: 'random', baseline: { learningRate: 1 } }),
      /baseline: axis 'learningRate' has no value 1; its values are 0.000001 to 0.0001/,
    );
  });

  it('has all configurations if there are fewer than it should draw, also those that are rare on a log scale', () => {
    const few = { blocks: { min: 1, max: 3 }, head: ['linear', 'dense'] } as const;
    assert.equal(expandAxes(few, { design: 'random', configurations: 100 }).length, 6);
    const log = { epochs: { min: 1, max: 40, scale: 'log' } } as const;
    assert.equal(expandAxes(log, { design: 'random', configurations: 1000 }).length, 40);
    assert.equal(expandAxes(log, { design: 'random', configurations: 1e7 }).length, 40); // without as many draws
    assert.equal(countConfigurations(log, { design: 'random', configurations: 1000 }), 40);
  });
});
