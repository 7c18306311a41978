import assert from 'node:assert/strict';
import { completeSettings, recipeLines, type TrainSettings, variantNames } from '../../src/training';
import { describeRecipe } from '../../src/training/recipes';

const chosen = (given: Partial<TrainSettings>, pictures?: number) =>
  Object.fromEntries(recipeLines(given, pictures).map(({ setting, value }) => [setting, value]));

describe('the recipe of a training', () => {
  it('leaves what is given as it is, and says nothing of it', () => {
    const given = { variant: 'hybrid', optimizer: 'sgd', augment: 'none', epochs: 8, interpolation: 'none' } as const;
    const settings = completeSettings(given, 300);
    for (const [name, value] of Object.entries(given)) assert.equal(settings[name as keyof TrainSettings], value);
    for (const name of Object.keys(given)) assert.ok(!(name in chosen(given, 300)), name);
    assert.equal(settings.headEpochs, 4);
  });

  it('chooses nothing without it, and the settings are the defaults', () => {
    for (const variant of variantNames) assert.deepEqual(recipeLines({ variant, recipe: 'none' }, 10), []);
  });

  it('lets the head of a small set make enough steps, and changes nothing else where only the head trains', () => {
    assert.deepEqual(chosen({}, 20), { epochs: 200 });
    assert.deepEqual(chosen({ batchSize: 4 }, 20), { epochs: 40 });
    assert.deepEqual(chosen({ epochs: 3 }, 20), {});
    for (const pictures of [320, 5000, undefined]) assert.deepEqual(chosen({}, pictures), {});
  });

  it('trains a head on augmented pictures twice as long, since every epoch shows other views', () => {
    assert.deepEqual(chosen({ variant: 'feature-extraction-augmented' }, 5000), { epochs: 40 });
    assert.deepEqual(chosen({ augment: 'light' }, 20), { epochs: 400 });
    assert.deepEqual(chosen({ augment: 'none' }, 5000), {});
    assert.deepEqual(chosen({ variant: 'from-scratch', augment: 'standard' }, 5000), {});
  });

  it('does not hold on to weights that are random', () => {
    assert.deepEqual(chosen({ variant: 'from-scratch' }, 1000), {});
    assert.deepEqual(chosen({ variant: 'fine-tune-all', weights: 'random' }, 1000), {});
  });

  it('trains the head first, and lets the validation pictures choose the weights, wherever it can', () => {
    for (const variant of ['hybrid', 'fine-tune-all', 'two-phase', 'probe-then-fine-tune'] as const) {
      for (const epochs of [undefined, 2, 3, 50]) {
        const { headEpochs, interpolation, epochs: all } = completeSettings({ variant, epochs }, 200);
        assert.ok(headEpochs >= 1 && headEpochs < all, `${headEpochs} of ${all}`);
        assert.equal(interpolation, 'validation');
      }
    }
    const one = completeSettings({ variant: 'hybrid', epochs: 1 }, 200);
    assert.deepEqual([one.headEpochs, one.interpolation], [0, 'none']);
  });

  it('is one line for the reader, with a reason for each value', () => {
    const line = describeRecipe('standard', recipeLines({ variant: 'hybrid' }, 200));
    assert.match(line, /^recipe standard: epochs \d+ \(.+\); headEpochs \d+ \(/);
    assert.equal(line.split('\n').length, 1);
  });
});
