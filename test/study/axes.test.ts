import assert from 'node:assert/strict';
import { type Axes, countConfigurations, designs, expandAxes } from '../../src/study/axes';
import { labelsOf } from '../../src/study/axisValue';

const axes: Axes = { dropout: [0, 0.2, 0.5], augment: ['none', 'standard'], optimizer: ['adam', 'sgd'] };
const names = (...args: Parameters<typeof expandAxes>) =>
  expandAxes(...args).map((configuration) => Object.values(labelsOf(configuration)).join(' '));

describe('the design of a study', () => {
  it('has every combination in a grid, the baseline first', () => {
    const all = names(axes, { baseline: { dropout: 0.2 } });
    assert.equal(all.length, 12);
    assert.equal(new Set(all).size, 12);
    assert.equal(all[0], '0.2 none adam');
  });

  it('changes one axis of the baseline at a time', () => {
    assert.deepEqual(names(axes, { design: 'one-factor' }), [
      '0 none adam',
      '0.2 none adam',
      '0.5 none adam',
      '0 standard adam',
      '0 none sgd',
    ]);
  });

  it('leaves out one part of the complete recipe at a time', () => {
    assert.deepEqual(names(axes, { design: 'leave-one-out' }), [
      '0.5 standard sgd',
      '0 standard sgd',
      '0.5 none sgd',
      '0.5 standard adam',
    ]);
  });

  it('draws some points of the grid, the same for the same seed', () => {
    const some = names(axes, { design: 'random', configurations: 5, designSeed: 1 });
    assert.equal(some.length, 5);
    assert.equal(some[0], '0 none adam');
    assert.equal(new Set(some).size, 5);
    assert.deepEqual(names(axes, { design: 'random', configurations: 5, designSeed: 1 }), some);
    assert.notDeepEqual(names(axes, { design: 'random', configurations: 5, designSeed: 2 }), some);
    assert.equal(names(axes, { design: 'random', configurations: 100 }).length, 12);
  });

  it('has one configuration without axes', () => {
    assert.deepEqual(expandAxes({}), [{}]);
  });

  it('names what is wrong with axes and baseline', () => {
    assert.throws(
      () => expandAxes({ dropout: [] }),
      /axis 'dropout' must be a list of at least one value, or a range like .*, got \[\]/,
    );
    assert.throws(() => expandAxes({ dropout: [0, 0] }), /axis 'dropout' has the value 0 twice/);
    assert.throws(() => expandAxes({ recipe: [{ epochs: 3 } as never] }), /several options at once need a name/);
    assert.throws(() => expandAxes(axes, { baseline: { views: 3 } }), /no axis 'views'; the axes are dropout, augment/);
    assert.throws(
      () => expandAxes(axes, { baseline: { dropout: 1 } }),
      /axis 'dropout' has no value 1; its values are 0, 0.2, 0.5/,
    );
  });

  it('is counted without being created, and can be sampled however large it is', () => {
    for (const design of designs) {
      const made = expandAxes(axes, { design, configurations: 4 });
      assert.ok(countConfigurations(axes, { design, configurations: 4 }) >= made.length);
    }
    const many = Object.fromEntries(
      'abcdefghijkl'.split('').map((axis) => [axis, Array.from({ length: 10 }, (_, i) => i)]),
    );
    assert.equal(countConfigurations(many), 1e12);
    assert.equal(countConfigurations(many, { design: 'one-factor' }), 109);
    assert.equal(countConfigurations(many, { design: 'leave-one-out' }), 13);
    const some = expandAxes(many, { design: 'random', configurations: 50, designSeed: 1 });
    assert.equal(new Set(some.map((one) => JSON.stringify(one))).size, 50);
    assert.deepEqual(expandAxes(many, { design: 'random', configurations: 50, designSeed: 1 }), some);
    assert.deepEqual(some[0], expandAxes({ a: [0], ...many }, { design: 'one-factor' })[0]);
  });
});
