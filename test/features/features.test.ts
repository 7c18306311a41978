import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../src/core/paths';
import { type Example, imageFolder } from '../../src/data';
import { extractFeatures, forward, selectRows } from '../../src/features';
import { assignRandomWeights, type Backbone, loadBackbone } from '../../src/models';
import { tf } from '../../src/tensorflow';
import { isBfloat16Faster, type Precision } from '../../src/tensorflow/graph';
import { temporaryFolder, withEmptyCache } from '../folders';
import { addBadPictures, stripesFolder } from '../pictures';

describe('extractFeatures', () => {
  let backbone: Backbone;
  let larger: Backbone;
  let root: string;
  let examples: Example[];
  let cacheBefore: string | undefined;

  before(async () => {
    backbone = await loadBackbone('efficientnet-lite0', { inputSize: 64 });
    larger = await loadBackbone('efficientnet-lite0', { inputSize: 96 });
    root = await stripesFolder(4);
    examples = imageFolder(root).examples;
    cacheBefore = process.env.TUNEBOOK_CACHE;
    process.env.TUNEBOOK_CACHE = temporaryFolder();
  });

  after(() => {
    if (cacheBefore === undefined) delete process.env.TUNEBOOK_CACHE;
    else process.env.TUNEBOOK_CACHE = cacheBefore;
  });

  it('gives one row per picture, in the order of the examples', async () => {
    const { values, length, labels, examples: kept, cached } = await extractFeatures(backbone, examples);
    assert.equal(length, 1280);
    assert.equal(values.length, 12 * 1280);
    assert.deepEqual([...labels], [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
    assert.deepEqual(kept, examples);
    assert.equal(cached, 0);
    assert.ok(values.some((value) => value > 0.5));
  });

  it('reads the same numbers from the cache the second time', async () => {
    const computed = await extractFeatures(backbone, examples, { cache: false });
    const again = await extractFeatures(backbone, examples);
    assert.equal(again.cached, 12);
    assert.equal(again.seconds.features, 0);
    const error = Math.max(...computed.values.map((value, i) => Math.abs(value - again.values[i]!)));
    assert.ok(error < 1e-5, String(error)); // not bit for bit, because the batch contained other pictures
  });

  it('computes a damaged entry again', async () => {
    const folder = cacheFolder('features', readdirSync(cacheFolder('features'))[0]!);
    const shelf = readdirSync(folder)[0]!;
    const entry = join(folder, shelf, readdirSync(join(folder, shelf))[0]!);
    for (const content of [Buffer.alloc(10), Buffer.alloc(8 + 4 * 1280, 1)]) {
      writeFileSync(entry, content);
      assert.equal((await extractFeatures(backbone, examples)).cached, 11);
      assert.equal((await extractFeatures(backbone, examples)).cached, 12);
    }
  });

  it('keeps features of different weights, input sizes and precisions apart', async () => {
    const { preprocessing } = backbone.entry;
    const cachedOf = async (changed: Partial<Backbone>, precision: Precision = 'float32') =>
      (await extractFeatures({ ...backbone, ...changed }, examples, { precision })).cached;
    assert.equal(await cachedOf({}), 12);
    const cropped = { ...backbone.entry, preprocessing: { ...preprocessing, crop: 0.5 } };
    assert.equal(await cachedOf({ entry: cropped }), 0);
    assert.equal(await cachedOf(larger), 0);
    const other = await loadBackbone('efficientnet-lite0', { inputSize: 64, weights: 'none' });
    assignRandomWeights(other.model, 1);
    assert.equal(await cachedOf({ model: other.model }), 0);
    assert.equal(await cachedOf({}, 'bfloat16'), isBfloat16Faster() ? 0 : 12);
    other.model.dispose();
  });

  it('agree in bfloat16 and float32 to a cosine of 0.999', async () => {
    const exact = await extractFeatures(backbone, examples, { cache: false });
    const messages: string[] = [];
    const { values, length } = await extractFeatures(backbone, examples, {
      ...{
        cache: false,
        precision: 'bfloat16' as const,
        listener: { onMessage: (text: string) => messages.push(text) },
      },
    });
    for (let row = 0; row < examples.length; row++) {
      const [a, b] = [exact.values, values].map((all) => all.subarray(row * length, (row + 1) * length));
      const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
      const cosine = dot(a!, b!) / Math.sqrt(dot(a!, a!) * dot(b!, b!));
      assert.ok(cosine > 0.999, `${cosine}`);
    }
    // where bfloat16 gains nothing, or these pictures suffer from it, it is float32, and says so
    const same = values.every((value, i) => Math.abs(value - exact.values[i]!) < 1e-3);
    assert.equal(same, messages.length === 1, messages.join());
  });

  it('do not depend on the other pictures of a batch, to the last bit', async () => {
    const all = await extractFeatures(backbone, examples, { cache: false });
    for (const some of [examples.slice(0, 1), examples.slice(3, 8)]) {
      const { values } = await extractFeatures(backbone, some, { cache: false });
      assert.deepEqual(values, selectRows(all, some).values);
    }
  });

  it('are computed once for files of the same content', async () => {
    const root = await stripesFolder(1);
    copyFileSync(join(root, 'red', '0.png'), join(root, 'red', 'copy.png'));
    const { labels, values, length } = await withEmptyCache(() =>
      extractFeatures(backbone, imageFolder(root).examples),
    );
    assert.equal(labels.length, 4);
    const copies = imageFolder(root).examples.flatMap(({ file }, row) => (/red/.test(file) ? [row] : []));
    const [a, b] = copies.map((row) => values.subarray(row * length, (row + 1) * length));
    assert.deepEqual(a, b);
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

  it('reports progress, and when asked to stop returns the features computed so far', async () => {
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
