import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageFolder } from '../../src/data';
import { attachHead, buildHead } from '../../src/layers';
import { assignRandomWeights, loadBackbone, type Pooling, poolings } from '../../src/models';
import { customLayers } from '../../src/models/layers';
import { poolFeatures } from '../../src/models/pooling';
import { openRun, saveRun } from '../../src/runs';
import { exportRun } from '../../src/runs/export';
import { tf } from '../../src/tensorflow';
import { fit, type TrainOptions, train } from '../../src/training';
import { temporaryFolder } from '../folders';
import { stripesFolder } from '../pictures';
import { relativeError } from './keras';
import { torchPictures } from './torchNetworks';

const SIZE = 64;
const backbone = 'mobilenet-v1-0.25';

/** Each channel of feature maps, pooled as its definition says. */
function pooledByHand(maps: tf.Tensor4D, pooling: Pooling): number[] {
  const [, height, width, channels] = maps.shape;
  const values = maps.dataSync();
  const each = (pool: (channel: number[]) => number) =>
    Array.from({ length: channels }, (_, c) =>
      pool(Array.from({ length: height * width }, (_, place) => values[place * channels + c]!)),
    );
  const mean = (numbers: number[]) => numbers.reduce((a, b) => a + b) / numbers.length;
  const ways = {
    average: () => each(mean),
    max: () => each((channel) => Math.max(...channel)),
    'generalized-mean': () => each((channel) => Math.cbrt(mean(channel.map((value) => Math.max(value, 1e-6) ** 3)))),
  };
  return pooling === 'both' ? [...ways.max(), ...ways.average()] : ways[pooling]();
}

/** A backbone with random weights, how it pools, what it makes of a picture, and the feature maps that it pools. */
async function pooled(name: 'mobilenet-v1-0.25' | 'convnext-v2-atto', pooling: Pooling) {
  const { model, entry } = await loadBackbone(name, { weights: 'none', inputSize: SIZE, pooling });
  assignRandomWeights(model, 1);
  const pool = model.layers.find((layer) => /Global\w+Pooling|GeneralizedMean/.test(layer.getClassName()))!;
  const below = tf.model({ inputs: model.inputs, outputs: pool.input as tf.SymbolicTensor });
  const picture = tf.tensor4d(torchPictures(SIZE), [1, SIZE, SIZE, 3]);
  const features = (model.predict(picture) as tf.Tensor2D).dataSync();
  return { model, entry, features, maps: below.predict(picture) as tf.Tensor4D };
}

describe('the pooling of feature maps', function () {
  this.timeout(120_000);

  it('by a generalized mean gives what torch gives, and its gradient', () => {
    // x.clamp(min=1e-6).pow(3).mean((1, 2)).pow(1 / 3) in torch, in double precision
    const x = tf.tensor4d([1, 0, -2, 0.25, 3, -1, 0.5, 6], [1, 2, 2, 2]);
    const layer = new customLayers.GeneralizedMeanPooling2D();
    const sum = (input: tf.Tensor) => (layer.apply(input) as tf.Tensor).sum() as tf.Scalar;
    const near = (actual: ArrayLike<number>, expected: number[]) => assert.ok(relativeError(actual, expected) < 1e-6);
    near((layer.apply(x) as tf.Tensor).dataSync(), [1.9157735809838827, 3.7798542876093206]);
    const gradient = [0.06811639399053804, 0, 0, 0.0010936287269755719, 0.6130475459148422, 0];
    near(tf.grad(sum)(x).dataSync(), [...gradient, 0.01702909849763451, 0.6299301467379295]);
  });

  for (const pooling of poolings) {
    it(`${pooling}: each channel is pooled as defined`, async () => {
      const { model, entry, features, maps } = await pooled(backbone, pooling);
      assert.equal(entry.features, pooling === 'both' ? 512 : 256);
      assert.deepEqual(model.outputs[0]!.shape, [null, entry.features]);
      assert.ok(relativeError(features, pooledByHand(maps, pooling)) < 1e-5);
      model.dispose();
    });
  }

  it('comes before the normalization that follows it in ConvNeXt, with the same weights', async () => {
    const { model } = await loadBackbone('convnext-v2-atto', { weights: 'none', inputSize: SIZE });
    assignRandomWeights(model, 1);
    const norm = model.layers.at(-1)!;
    tf.tidy(() => norm.setWeights([tf.linspace(0.5, 2, 320), tf.linspace(-1, 1, 320)]));
    const [gamma, beta] = norm.getWeights().map((weight) => weight.dataSync().slice());
    const averages = (model.predict(tf.tensor4d(torchPictures(SIZE), [1, SIZE, SIZE, 3])) as tf.Tensor).dataSync();
    const both = poolFeatures(model, 'both');
    const values = (both.predict(tf.tensor4d(torchPictures(SIZE), [1, SIZE, SIZE, 3])) as tf.Tensor).dataSync();
    assert.ok(relativeError(values.slice(320), Array.from(averages)) < 1e-6);
    const names = both.layers.filter((layer) => layer.getClassName() === 'LayerNormalization').slice(-2);
    assert.deepEqual(names.map(({ name }) => name).sort(), [norm.name, `${norm.name}_max`]);
    for (const layer of names) {
      const [scale, shift] = layer.getWeights().map((weight) => weight.dataSync());
      assert.deepEqual([scale, shift], [gamma, beta]);
    }
    both.dispose();
  });

  for (const pooling of ['both', 'generalized-mean'] as const) {
    it(`${pooling}: steps of all layers as a graph equal those operation by operation`, async () => {
      const losses = async (graph: boolean) => {
        const { model } = await pooled(backbone, pooling);
        const network = attachHead(model, buildHead(model.outputs[0]!.shape[1]!, 2, { dropout: 0 }));
        for (const layer of network.layers) layer.trainable = true;
        const values = torchPictures(SIZE, 4);
        const pictures = { values, shape: [SIZE, SIZE, 3], labels: Int32Array.of(0, 1, 0, 1) };
        const messages: string[] = [];
        const listener = { onMessage: (text: string) => messages.push(text) };
        const options = { epochs: 3, batchSize: 4, optimizer: 'sgd', learningRate: 1e-4, graph, listener } as const;
        const { history } = await fit(network, { train: pictures }, options);
        assert.deepEqual(messages, []);
        network.dispose();
        return history.map(({ loss }) => loss);
      };
      const [eager, graph] = [await losses(false), await losses(true)];
      assert.equal(new Set(eager).size, 3);
      assert.ok(relativeError(graph, eager) < 1e-4, `${graph} for ${eager}`);
    });
  }

  it('is refused with the classifier, and in an unknown way', async () => {
    await assert.rejects(
      loadBackbone(backbone, { weights: 'none', includeTop: true, pooling: 'max' }),
      /the classifier takes averages, not pooling 'max'/,
    );
    await assert.rejects(
      loadBackbone(backbone, { weights: 'none', pooling: 'min' as 'max' }),
      /pooling is one of average, max, both, generalized-mean, got "min"/,
    );
  });
});

describe('a training with another pooling', function () {
  this.timeout(120_000);
  let data: string;
  const options: Partial<TrainOptions> = { backbone, weights: 'random', inputSize: SIZE, epochs: 2, seed: 1 };
  before(async () => {
    data = await stripesFolder(6);
  });

  it('does not take features of another one from the cache, but its own', async () => {
    const seed = Date.now() % 2 ** 31; // weights of their own, whose features no earlier test has put into the cache
    const computed = async (pooling: Pooling) => {
      const { features, dispose } = await train(imageFolder(data), { ...options, pooling, seed });
      dispose();
      return features.computed;
    };
    const first = [await computed('average'), await computed('max'), await computed('both')];
    assert.ok(new Set(first).size === 1 && first[0]! > 0, `${first}`);
    assert.equal(await computed('max'), 0);
  });

  for (const variant of ['feature-extraction', 'hybrid'] as const) {
    it(`keeps it in the run, whose predictions are those of training: ${variant}`, async () => {
      const result = await train(imageFolder(data), { ...options, pooling: 'generalized-mean', variant, cache: false });
      const folder = join(temporaryFolder(), 'run');
      await saveRun(result, folder);
      const run = await openRun(folder);
      assert.equal(run.configuration.settings.pooling, 'generalized-mean');
      const { predictions } = await run.predict(result.predictions.map(({ file }) => file));
      predictions.forEach(({ probabilities }, i) => {
        assert.ok(relativeError(probabilities, Array.from(result.predictions[i]!.probabilities)) < 1e-4);
      });
      run.dispose();
      result.dispose();
      const refused = /is a generalized-mean pooling, which TensorFlow\.js does not have: give the format savedmodel/;
      await assert.rejects(exportRun(folder, join(folder, 'out'), { formats: ['tfjs'] }), refused);
    });
  }

  it('opens runs of versions that knew only averages', async () => {
    const result = await train(imageFolder(data), { ...options, cache: false });
    const folder = join(temporaryFolder(), 'run');
    await saveRun(result, folder);
    const file = join(folder, 'config.json');
    const { settings, ...rest } = JSON.parse(readFileSync(file, 'utf8'));
    assert.equal(settings.pooling, 'average');
    delete settings.pooling;
    writeFileSync(file, JSON.stringify({ ...rest, settings }));
    const run = await openRun(folder);
    const [prediction] = (await run.predict([result.predictions[0]!.file])).predictions;
    assert.ok(relativeError(prediction!.probabilities, Array.from(result.predictions[0]!.probabilities)) < 1e-4);
    run.dispose();
    result.dispose();
  });
});
