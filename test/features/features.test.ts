import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../src/core/paths';
import { type Example, imageFolder } from '../../src/data';
import { extractFeatures, forward, PictureNetwork, selectRows } from '../../src/features';
import { FeatureStore } from '../../src/features/featureStore';
import { type Backbone, loadBackbone } from '../../src/models';
import { tf } from '../../src/tensorflow';
import { hasBfloat16 } from '../../src/tensorflow/graph';
import { temporaryFolder } from '../folders';
import { addBadPictures, stripesFolder } from '../pictures';

describe('extractFeatures', () => {
  let backbone: Backbone;
  let root: string;
  let examples: Example[];
  let cacheBefore: string | undefined;

  before(async () => {
    backbone = await loadBackbone('efficientnet-lite0', { inputSize: 64 });
    root = await stripesFolder(4);
    examples = imageFolder(root).examples;
    cacheBefore = process.env.TUNEBOOK_CACHE;
    process.env.TUNEBOOK_CACHE = temporaryFolder();
  });

  after(() => {
    if (cacheBefore === undefined) delete process.env.TUNEBOOK_CACHE;
    else process.env.TUNEBOOK_CACHE = cacheBefore;
  });

  it('gives one row a picture, in the order of the examples', async () => {
    const { values, length, labels, examples: kept, cached } = await extractFeatures(backbone, examples);
    assert.equal(length, 1280);
    assert.equal(values.length, 12 * 1280);
    assert.deepEqual([...labels], [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
    assert.deepEqual(kept, examples);
    assert.equal(cached, 0);
    assert.ok(values.some((value) => value > 0.5));
  });

  it('takes the same numbers from the cache the second time', async () => {
    const computed = await extractFeatures(backbone, examples, { cache: false });
    const again = await extractFeatures(backbone, examples);
    assert.equal(again.cached, 12);
    assert.equal(again.seconds.features, 0);
    const error = Math.max(...computed.values.map((value, i) => Math.abs(value - again.values[i]!)));
    assert.ok(error < 1e-5, String(error)); // not bit for bit: other pictures were in the batch
  });

  it('computes a damaged entry anew', async () => {
    const folder = cacheFolder('features', readdirSync(cacheFolder('features'))[0]!);
    const shelf = readdirSync(folder)[0]!;
    const entry = join(folder, shelf, readdirSync(join(folder, shelf))[0]!);
    for (const content of [Buffer.alloc(10), Buffer.alloc(8 + 4 * 1280, 1)]) {
      writeFileSync(entry, content);
      assert.equal((await extractFeatures(backbone, examples)).cached, 11);
      assert.equal((await extractFeatures(backbone, examples)).cached, 12);
    }
  });

  it('keeps features of other weights, other input sizes and other precisions apart', async () => {
    const { hashes } = await extractFeatures(backbone, examples);
    const otherSize = { ...backbone.entry, preprocessing: { ...backbone.entry.preprocessing, inputSize: 96 } };
    assert.ok(new FeatureStore(backbone).get(hashes[0]!));
    assert.equal(new FeatureStore({ ...backbone, entry: otherSize }).get(hashes[0]!), undefined);
    assert.equal(new FeatureStore({ ...backbone, weightsHash: 'other' }).get(hashes[0]!), undefined);
    assert.equal(new FeatureStore(backbone, undefined, 'bfloat16').get(hashes[0]!), undefined);
  });

  it('in bfloat16 point where those in float32 do, to a cosine of 0.999', async () => {
    const exact = await extractFeatures(backbone, examples, { cache: false });
    const network = new PictureNetwork(backbone, examples.length, () => {}, 'bfloat16');
    const { values, length } = await extractFeatures(backbone, examples, { cache: false, network });
    network.dispose();
    for (let row = 0; row < examples.length; row++) {
      const [a, b] = [exact.values, values].map((all) => all.subarray(row * length, (row + 1) * length));
      const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
      const cosine = dot(a!, b!) / Math.sqrt(dot(a!, a!) * dot(b!, b!));
      assert.ok(cosine > 0.999, `${cosine}`);
    }
    assert.equal(network.precision, hasBfloat16() ? 'bfloat16' : 'float32');
  });

  it('does not depend on the size of the batches', async () => {
    const one = await extractFeatures(backbone, examples, { cache: false, batchSize: 1 });
    const five = await extractFeatures(backbone, examples, { cache: false, batchSize: 5 });
    const error = Math.max(...one.values.map((value, i) => Math.abs(value - five.values[i]!)));
    assert.ok(error < 1e-4, String(error));
  });

  it('leaves unreadable pictures out and says why', async () => {
    const bad = await stripesFolder(2);
    const expected = await addBadPictures(bad);
    const dataset = imageFolder(bad);
    const { labels, skipped } = await extractFeatures(backbone, dataset.examples);
    assert.equal(labels.length, 6);
    for (const { file, reason } of [...dataset.skipped, ...skipped]) {
      assert.match(reason, expected[file.slice(bad.length + 1)]!);
      delete expected[file.slice(bad.length + 1)];
    }
    assert.deepEqual(expected, {});
  });

  it('reports progress, and stops when asked with what is there', async () => {
    const seen: number[] = [];
    const { labels } = await extractFeatures(backbone, examples, {
      listener: { onProgress: ({ done }) => seen.push(done), shouldStop: () => seen.length === 5 },
    });
    assert.deepEqual(seen, [1, 2, 3, 4, 5]);
    assert.equal(labels.length, 5);
  });

  it('leaves no tensors behind', async () => {
    await extractFeatures(backbone, examples, { cache: false });
    const before = tf.memory().numTensors;
    await extractFeatures(backbone, examples, { cache: false });
    assert.equal(tf.memory().numTensors, before);
  });

  it('gives the rows of chosen examples', async () => {
    const features = await extractFeatures(backbone, examples);
    const chosen = selectRows(features, [examples[5]!, examples[0]!]);
    assert.deepEqual([...chosen.labels], [1, 0]);
    assert.deepEqual(chosen.values.subarray(1280), features.values.subarray(0, 1280));
    assert.deepEqual(chosen.shape, [1280]);
  });

  it('applies mean and std of the preprocessing', () => {
    const model = tf.sequential({ layers: [tf.layers.flatten({ inputShape: [1, 1, 3] })] });
    const preprocessing = {
      ...backbone.entry.preprocessing,
      inputSize: 1,
      mean: [1, 2, 3] as const,
      std: [1, 2, 4] as const,
    };
    const values = forward({ entry: { ...backbone.entry, preprocessing }, model }, [Uint8Array.of(3, 6, 11)]);
    assert.deepEqual([...values], [2, 2, 2]);
  });
});
