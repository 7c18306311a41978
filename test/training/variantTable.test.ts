import assert from 'node:assert/strict';
import { imageFolder } from '../../src/data';
import { checkConfiguration } from '../../src/study/configuration';
import { planStudy } from '../../src/study/plan';
import { completeSettings, defaultSettings, trainSettings, variantNames, variants } from '../../src/training';
import { mistake } from '../mistake';

const settingsOf = completeSettings;

describe('the table of variants', () => {
  it('means the same to train and to a study', () => {
    const study = checkConfiguration({ data: 'emoji', axes: { variant: [...variantNames] }, seeds: 1 });
    const { tasks } = planStudy(study, imageFolder('emoji'));
    assert.deepEqual(
      tasks.map(({ settings }) => settings),
      variantNames.map((variant) => settingsOf({ variant, seed: 1 }, 600)),
    );
  });

  it('brings settings along, which those that are given come before', () => {
    const { weights, batchNormalization, backboneLearningRate } = settingsOf({ variant: 'from-scratch' });
    assert.deepEqual([weights, batchNormalization, backboneLearningRate], ['random', 'training', 3e-3]);
    assert.equal(settingsOf({ variant: 'from-scratch', backboneLearningRate: 1e-3 }).backboneLearningRate, 1e-3);
    assert.equal(settingsOf({ variant: 'feature-extraction-augmented', augment: 'light' }).augment, 'light');
    assert.deepEqual(settingsOf({ variant: 'hybrid', recipe: 'none' }), {
      ...defaultSettings,
      ...{ variant: 'hybrid', recipe: 'none' },
    });
    const { headEpochs } = settingsOf({ variant: 'two-phase', recipe: 'none' });
    assert.equal(headEpochs, 5);
  });

  it('refuses settings that would make another variant of it', () => {
    mistake(
      () => trainSettings({ variant: 'from-scratch', weights: 'imagenet' }),
      "variant 'from-scratch' cannot have weights 'imagenet': leave weights out, or take variant 'fine-tune-all'",
    );
    mistake(
      () =>
        checkConfiguration({ data: 'emoji', axes: { variant: ['feature-extraction-augmented'], augment: ['none'] } }),
      "cannot have augment 'none'",
    );
  });

  it("comes before a study's settings where an axis names it, and after axes", () => {
    const { tasks } = planStudy(
      checkConfiguration({
        data: 'emoji',
        settings: { weights: 'imagenet', augment: 'strong', backboneLearningRate: 1e-5 },
        axes: {
          backboneLearningRate: [1e-4],
          recipe: [
            { name: 'scratch', variant: 'from-scratch' },
            { name: 'head', variant: 'feature-extraction-augmented' },
          ],
        },
        seeds: 1,
      }),
      imageFolder('emoji'),
    );
    assert.deepEqual(
      tasks.map(({ settings: { weights, augment, backboneLearningRate } }) => [weights, augment, backboneLearningRate]),
      [
        ['random', 'strong', 1e-4],
        ['imagenet', 'standard', 1e-4],
      ],
    );
  });

  it('says of each what it does, in a sentence', () => {
    for (const { sentence } of Object.values(variants)) assert.match(sentence, /^Trains .*\.$/);
  });
});
