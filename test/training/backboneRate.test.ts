import assert from 'node:assert/strict';
import { join } from 'node:path';
import { imageFolder, sampleExamples } from '../../src/data';
import { type Backbone, loadBackbone } from '../../src/models';
import { train } from '../../src/training';
import { chooseBackboneRate } from '../../src/training/backboneRate';
import { sharedData } from '../folders';
import { stripesFolder } from '../pictures';

describe("the backbone's learning rate that a recipe chooses", function () {
  this.timeout(120_000);
  let backbone: Backbone;
  before(async () => {
    backbone = await loadBackbone('efficientnet-lite0', {});
  });
  after(() => backbone.model.dispose());

  const choose = (folder: string, network = backbone, pictures = 1000) => {
    const dataset = imageFolder(folder);
    const some = sampleExamples(dataset, Math.ceil(pictures / dataset.classes.length), 0);
    return chooseBackboneRate(dataset, some.slice(0, pictures), network, {});
  };

  it('is high for drawings', async () => {
    const { value, because } = await choose('emoji');
    assert.equal(value, 1e-3);
    assert.match(because, /unlike the photos/);
  });

  it('is not that high with few of them', async () => {
    const { value, because } = await choose('emoji', backbone, 99);
    assert.equal(value, 3e-4);
    assert.match(because, /unlike the photos .*, and 99 pictures are too few for a high rate/);
    assert.equal((await choose('emoji', backbone, 100)).value, 1e-3);
  });

  it('is low for photos', async function () {
    const photos = sharedData('flowers');
    if (photos === undefined) return this.skip();
    assert.equal((await choose(join(photos, 'validation'))).value, 1e-4);
  });

  it('is in between where it cannot be known: too few pictures, a network without batch normalization', async () => {
    assert.equal((await choose(await stripesFolder(2))).value, 3e-4);
    const vgg = await loadBackbone('vgg16', { weights: 'none', inputSize: 32 });
    assert.equal((await choose(await stripesFolder(4), vgg)).value, 3e-4);
    vgg.model.dispose();
  });

  it('is the one that the run has, with its reason among the lines of the recipe', async () => {
    const said: string[] = [];
    const result = await train(imageFolder(await stripesFolder(6)), {
      ...{ variant: 'hybrid', blocks: 1, epochs: 2, inputSize: 64, augment: 'none', seed: 1 },
      listener: { onMessage: (text) => said.push(text) },
    });
    const line = result.recipe.find(({ setting }) => setting === 'backboneLearningRate')!;
    assert.ok(result.settings.backboneLearningRate > 0);
    assert.equal(line.value, result.settings.backboneLearningRate);
    assert.ok(said.some((text) => text === `the backbone's learning rate is ${line.value}: ${line.because}`));
    assert.equal(result.interpolation!.tried.length, 5);
    result.dispose();
  });
});
