import assert from 'node:assert/strict';
import { interactionChart, parallelCoordinates, paretoChart } from '../../src/charts';
import { checkChart, scene } from './scene';

const row = (variant: string, dropout: number, mean: number, seconds: number) => ({
  axes: { variant, dropout, epochs: 5 },
  accuracy: { mean, low: mean - 0.02, high: mean + 0.02 },
  seconds,
});
const rows = [
  row('features', 0, 0.8, 1),
  row('features', 0.5, 0.82, 1.2),
  row('hybrid', 0, 0.81, 20),
  row('hybrid', 0.5, 0.9, 25),
  { axes: { variant: 'scratch', dropout: 0, epochs: 5 }, accuracy: null, seconds: null },
];

describe('charts of a study', () => {
  it('draw accuracy against time with the front of what nothing beats in both', async () => {
    const spec = paretoChart(rows);
    checkChart(spec);
    const { warnings, marks, texts } = await scene(spec);
    assert.deepEqual(warnings, []);
    assert.equal(marks('symbol').length, 4);
    assert.ok(texts().includes('hybrid, dropout 0.5'));
    assert.match(
      spec.description,
      /3 configurations of 4 on the front: features, dropout 0, features, dropout 0.5, hybrid/,
    );
    assert.match(spec.usermeta.text, /hybrid, dropout 0 +81.0% +20 *$/m);
  });

  it('draw how two axes act together, each cell with its accuracy', async () => {
    const spec = interactionChart(rows, 'variant', 'dropout');
    checkChart(spec);
    const { warnings, marks, texts } = await scene(spec);
    assert.deepEqual(warnings, []);
    assert.equal(marks('rect').length, 4);
    assert.deepEqual(texts().sort(), ['80.0%', '81.0%', '82.0%', '90.0%']);
    assert.match(spec.description, /best 90.0% with variant hybrid and dropout 0.5/);
    assert.throws(() => interactionChart(rows, 'variant', 'depth'), /no axis 'depth'; the axes are variant, dropout/);
  });

  it('draw a line for each configuration through all that varies', async () => {
    const spec = parallelCoordinates(rows);
    checkChart(spec);
    const { warnings, marks, texts } = await scene(spec);
    assert.deepEqual(warnings, []);
    assert.equal(new Set(marks('line').map((item) => item)).size, 12); // four lines through three axes
    assert.ok(['features', 'hybrid', '0', '0.5', '80.0%', '90.0%'].every((label) => texts().includes(label)));
  });

  it('are drawn of a study that has no runs yet', async () => {
    for (const spec of [
      paretoChart([]),
      parallelCoordinates(rows.slice(4)),
      interactionChart(rows.slice(4), 'variant', 'dropout'),
    ]) {
      checkChart(spec);
      assert.deepEqual((await scene(spec)).warnings, []);
    }
  });
});
