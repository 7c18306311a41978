import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { Random } from '../../../src/core/random';
import { type Dataset, imageFolder } from '../../../src/data';
import { decodePicture } from '../../../src/data/pictures/decode';
import { domainSimilarity } from '../../../src/features';
import { activationStatistics } from '../../../src/features/domain/activationStatistics';
import { layerDistance } from '../../../src/features/domain/domainDistance';
import { assignRandomWeights, type Backbone, loadBackbone, preprocess } from '../../../src/models';
import { tf } from '../../../src/tensorflow';
import { sharedData } from '../../folders';

/** Pictures in memory of noise around a shade of grey. */
function greys(count: number, side: number, spread: number): Dataset {
  const random = new Random(3, 'greys');
  const examples = Array.from({ length: count }, (_, i) => {
    const data = Uint8Array.from(
      { length: side * side * 3 },
      () => 128 + Math.round(spread * (random.uniform() - 0.5)),
    );
    return { file: `grey/${i}`, label: i % 2, pixels: { data, width: side, height: side } };
  });
  return { folder: 'memory', classes: ['a', 'b'], examples, skipped: [] };
}

describe('activation statistics', () => {
  it('are the mean and variance of the inputs of each batch normalization layer, over all pictures and positions', async () => {
    const backbone = await loadBackbone('efficientnet-lite0', { inputSize: 32 });
    const { examples } = greys(11, 64, 200); // more than one batch, the last one incomplete
    const { layers, pictures } = await activationStatistics(backbone, examples, { task: 'test' });
    assert.equal(pictures, 11);
    assert.equal(layers.length, 49);
    for (const name of ['stem_bn', 'block3b_project_bn', 'top_bn']) {
      const { dataset, training } = layers.find(({ layer }) => layer === name)!;
      const layer = backbone.model.getLayer(name);
      const inside = tf.model({ inputs: backbone.model.inputs, outputs: layer.input as tf.SymbolicTensor });
      const decoded = await Promise.all(
        examples.map(({ pixels }) => decodePicture(pixels!, backbone.entry.preprocessing)),
      );
      const expected = tf.tidy(() => {
        const x = tf.stack(decoded.map((picture) => tf.tensor3d(picture, [32, 32, 3], 'int32'))) as tf.Tensor4D;
        const { mean, variance } = tf.moments(
          inside.predict(preprocess(x, backbone.entry.preprocessing)) as tf.Tensor,
          [0, 1, 2],
        );
        return { mean: mean.dataSync(), variance: variance.dataSync() };
      });
      const close = (a: number, b: number) => Math.abs(a - b) <= 1e-4 * Math.max(1, Math.abs(b));
      assert.ok(dataset.mean.every((value, c) => close(value, expected.mean[c]!)));
      assert.ok(dataset.variance.every((value, c) => close(value, expected.variance[c]!)));
      assert.equal(training.mean.length, dataset.mean.length);
    }
  });
});

describe("Hellinger's distance of a layer", () => {
  const layer = (mean: number, variance: number) => ({
    ...{ layer: 'bn', epsilon: 0 },
    dataset: { mean: Float64Array.of(mean), variance: Float64Array.of(variance) },
    training: { mean: Float64Array.of(0), variance: Float64Array.of(1) },
  });

  it('agrees with the formula for two normal distributions', () => {
    assert.equal(layerDistance(layer(0, 1)), 0);
    assert.ok(Math.abs(layerDistance(layer(2, 1)) - Math.sqrt(1 - Math.exp(-0.5))) < 1e-12);
    assert.ok(Math.abs(layerDistance(layer(0, 4)) - Math.sqrt(1 - Math.sqrt(4 / 5))) < 1e-12);
  });

  it('stays below 1 if a channel was always 0 in pre-training', () => {
    const silent = { ...layer(50, 3), training: { mean: Float64Array.of(0), variance: Float64Array.of(0) } };
    assert.equal(layerDistance({ ...silent, epsilon: 1e-3 }), 1);
  });
});

describe('domain similarity', function () {
  this.timeout(120_000);
  let backbone: Backbone;
  before(async () => {
    backbone = await loadBackbone('efficientnet-lite0');
  });
  after(() => backbone.model.dispose());

  it('finds that emoji are unlike photos, and noise about as different as its reference says', async () => {
    const emoji = await domainSimilarity(imageFolder('emoji'), backbone, { pictures: 48 });
    const { photos, drawings, noise } = emoji.references!;
    assert.ok(photos! < drawings && drawings < noise, JSON.stringify(emoji.references));
    assert.equal(emoji.verdict, 'different');
    assert.ok(Math.abs(emoji.distance! - drawings) < 0.1 * drawings);
    assert.equal(emoji.layers.numRows(), 49);
    assert.match(
      emoji.explanation,
      /^distance 0\.\d+ .*EfficientNet-Lite0 .*photos 0\.\d+, drawings 0\.\d+, noise 0\./,
    );
    const noisy = await domainSimilarity(greys(8, 256, 255), backbone);
    assert.equal(noisy.verdict, 'far');
    assert.ok(noisy.similarity! < 0.1);
  });

  it('finds that photos are like photos', async function () {
    const folder = sharedData('flowers');
    if (!folder) return this.skip();
    const { verdict, distance, references } = await domainSimilarity(imageFolder(folder), backbone, { pictures: 48 });
    assert.equal(verdict, 'similar');
    assert.ok(distance! < references!.drawings / 2);
  });

  it('gives ImageNet samples the distance that the reference file says', async function () {
    const folder = sharedData('imagenet-samples');
    if (!folder) return this.skip();
    const examples = readdirSync(folder)
      .filter((file) => file.endsWith('.jpg'))
      .map((file) => ({ file: `${folder}/${file}`, label: 0 }));
    const photos = { folder, classes: ['photo'], examples, skipped: [] };
    const { distance, references } = await domainSimilarity(photos, backbone);
    assert.ok(Math.abs(distance! - references!.photos!) < 0.002, `${distance}`);
  });

  it('says that a network without batch normalization has no distance', async () => {
    const vgg = await loadBackbone('vgg16', { weights: 'none', inputSize: 32 });
    const answer = await domainSimilarity(greys(8, 64, 100), vgg);
    assert.equal(answer.distance, null);
    assert.equal(answer.verdict, 'unknown');
    assert.match(answer.explanation, /VGG16 has no batch normalization, .*: use a network that has/);
    assert.equal(answer.layers.numRows(), 0);
  });

  it('refuses untrained weights and too few pictures', async () => {
    const untrained = await loadBackbone('mobilenet-v1-0.25', { weights: 'none', inputSize: 32 });
    assignRandomWeights(untrained.model, 1);
    await assert.rejects(domainSimilarity(greys(8, 64, 100), untrained), /are not pre-trained/);
    await assert.rejects(
      domainSimilarity(greys(7, 64, 100), backbone),
      /7 pictures could be read, expected at least 8/,
    );
  });

  it('gives no result from a few pictures when it is stopped', async () => {
    const listener = { shouldStop: () => true };
    await assert.rejects(domainSimilarity(greys(20, 64, 100), backbone, { listener }), /stopped before all pictures/);
  });

  it('gives the distance without a reference for other input sizes', async () => {
    const small = await loadBackbone('efficientnet-lite0', { inputSize: 96 });
    const { references, explanation } = await domainSimilarity(greys(8, 128, 100), small);
    assert.equal(references!.photos, null);
    assert.match(explanation, /trained on \(drawings 0\.\d+, noise/);
  });
});
