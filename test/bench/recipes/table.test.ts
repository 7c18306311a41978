import assert from 'node:assert/strict';
import type { Run } from '../../../bench/recipes/runs';
import { recipeTable, summaryTable, timeChart } from '../../../bench/recipes/table';

/** The accuracies of each recipe on a set, seed by seed. */
const runsOf = (set: string, accuracies: Record<string, number[]>): Run[] =>
  Object.entries(accuracies).flatMap(([recipe, all]) =>
    all.map((accuracy, seed) => ({ set, recipe, seed, accuracy, seconds: recipe === 'hybrid' ? 30 : 10, part: null })),
  );

const runs = [
  ...runsOf('flowers-5', { 'feature-extraction': [0.7, 0.8, 0.9], hybrid: [0.69, 0.79, 0.89] }),
  ...runsOf('emoji-25', { 'feature-extraction': [0.6, 0.7], hybrid: [0.7, 0.9] }),
];
const names = ['feature-extraction', 'hybrid'];

describe('the tables of the bench of recipes', () => {
  it('compare each recipe with feature extraction on the same pictures', () => {
    const [, first, second, , last] = recipeTable(runs, ['flowers-5', 'emoji-25'], names).split('\n');
    assert.match(first!, /^flowers-5 +feature-extraction +3 +0\.800 +10 *$/);
    assert.match(second!, /^flowers-5 +hybrid +3 +0\.790 +-0\.010 \(-0\.010 to -0\.010\) +30 *$/);
    // differences 0.1 and 0.2: 0.15 and 12.706 (Student's t for one degree of freedom) standard errors of 0.05
    assert.match(last!, /^emoji-25 +hybrid +2 +0\.800 +\+0\.150 \(-0\.485 to \+0\.785\) +30 *$/);
  });

  it('sum up over the sets, and name those below feature extraction by more than the interval', () => {
    const [, only, ...rest] = summaryTable(runs, names).split('\n');
    // of all pairs: 0.054 and 2.776 (Student's t for four degrees of freedom) standard errors of 0.042
    assert.match(only!, /^hybrid +2 +5 +\+0\.070 +\+0\.054 \(-0\.063 to \+0\.171\) +-0\.010 flowers-5 +flowers-5$/);
    assert.deepEqual(rest, []);
  });

  it('compare with another recipe where that is named', () => {
    const [, first] = recipeTable(runs, ['flowers-5'], names, 'hybrid').split('\n');
    assert.match(first!, /^flowers-5 +feature-extraction +3 +0\.800 +\+0\.010 \(\+0\.010 to \+0\.010\)/);
    assert.match(summaryTable(runs, names, 'hybrid').split('\n')[1]!, /^feature-extraction +2 +5 +-0\.070/);
  });

  it('draw accuracy against time for the trainings that all recipes have', () => {
    const one = runsOf('emoji-25', { 'feature-extraction': [0.6, 0.7, 0.1], hybrid: [0.7, 0.9] });
    const { description, data } = timeChart(one, names) as unknown as {
      description: string;
      data: { values: { mean: number }[] };
    };
    assert.match(description, /2 configurations of 2 on the Pareto front/);
    assert.deepEqual(
      data.values.map(({ mean }) => Number(mean.toFixed(3))),
      [0.65, 0.8],
    );
  });
});
