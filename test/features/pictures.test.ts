import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { augmentation, horizontalFlip } from '../../src/augment';
import { type Example, imageFolder } from '../../src/data';
import { Pictures, PixelStore } from '../../src/features';
import { backboneEntry, preprocess } from '../../src/models';
import { tf } from '../../src/tensorflow';
import { withEmptyCache } from '../folders';
import { stripes, stripesFolder } from '../pictures';

const preprocessing = { ...backboneEntry('efficientnet-lite0').preprocessing, inputSize: 32 };
const flipped = augmentation([horizontalFlip({ probability: 1 })]);

describe('pictures', () => {
  let root: string;
  let examples: Example[];
  beforeEach(async () => {
    root = await stripesFolder(3);
    examples = imageFolder(root).examples;
  });

  const values = async (pictures: Pictures, rows: number[], view = 0, views?: Parameters<Pictures['source']>[1]) => {
    const { x, y } = await pictures.source(pictures.examples, views).batch(rows, view);
    const result = { x: await x.data(), y: await y.data(), shape: x.shape };
    tf.dispose([x, y]);
    return result;
  };

  it('are decoded and preprocessed, with their labels, in the requested order', async () => {
    const pictures = await Pictures.open(examples, preprocessing);
    const { x, y, shape } = await values(pictures, [8, 0]);
    assert.deepEqual(shape, [2, 32, 32, 3]);
    assert.deepEqual([...y], [2, 0]);
    const first = await values(pictures, [0]);
    assert.deepEqual(x.subarray(x.length / 2), first.x);
    const back = tf.tidy(() => preprocess(tf.fill([1, 1, 1, 3], 221), preprocessing).dataSync());
    const brightest = Math.max(...first.x);
    assert.ok(Math.abs(brightest - back[0]!) < 0.3, `${brightest} ${back[0]}`);
  });

  it('are the same whether memory holds none or all of them', async () => {
    const [much, none] = [
      await Pictures.open(examples, preprocessing),
      await Pictures.open(examples, preprocessing, { memory: 0 }),
    ];
    assert.deepEqual(await values(none, [4, 1, 7]), await values(much, [4, 1, 7]));
  });

  it('are read from disk the next time, by any program that needs the same size', () =>
    withEmptyCache(async () => {
      const plain = await values(await Pictures.open(examples, preprocessing), [3, 0, 8]);
      const first = await Pictures.open(examples, preprocessing, { cache: true });
      assert.deepEqual(await values(first, [3, 0, 8]), plain);
      const store = PixelStore.for(preprocessing, 9)!;
      assert.ok(first.hashes.every((hash) => store.has(hash)));
      const white = new Uint8Array(32 * 32 * 3).fill(255);
      store.set(first.hashes[0]!, white); // no picture is all white: if this is returned, the picture was not decoded again
      for (const memory of [undefined, 0]) {
        const again = await Pictures.open(examples, preprocessing, { cache: true, memory });
        const { x } = await values(again, [0]);
        assert.equal(new Set(x).size, 1);
      }
      const otherSize = await Pictures.open(examples, { ...preprocessing, inputSize: 16 }, { cache: true });
      assert.ok(new Set((await values(otherSize, [0])).x).size > 1);
    }));

  it('are decoded again if the files on disk are damaged, or the disk is full', () =>
    withEmptyCache(async (cache) => {
      const plain = await values(await Pictures.open(examples, preprocessing), [2]);
      await Pictures.open(examples, preprocessing, { cache: true });
      const files = readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.u8'));
      assert.equal(files.length, 9);
      for (const name of files) writeFileSync(join(cache, name), 'damaged');
      assert.deepEqual(await values(await Pictures.open(examples, preprocessing, { cache: true }), [2]), plain);
      const limit = process.env.TUNEBOOK_CACHE_BYTES;
      process.env.TUNEBOOK_CACHE_BYTES = '20000'; // nine pictures have 27,648 bytes
      try {
        assert.equal(PixelStore.for(preprocessing, 9), undefined);
        assert.deepEqual(await values(await Pictures.open(examples, preprocessing, { cache: true }), [2]), plain);
      } finally {
        if (limit === undefined) delete process.env.TUNEBOOK_CACHE_BYTES;
        else process.env.TUNEBOOK_CACHE_BYTES = limit;
      }
    }));

  it('do not include unreadable files, which are listed with the reason', async () => {
    writeFileSync(join(root, 'red', '1.png'), 'no picture');
    const pictures = await Pictures.open(examples, preprocessing);
    assert.equal(pictures.examples.length, 8);
    assert.equal(pictures.readable(examples).length, 8);
    assert.deepEqual(
      pictures.skipped.map(({ file }) => file),
      [join(root, 'red', '1.png')],
    );
  });

  it('are not decoded if their features are cached', async () => {
    const asked: string[] = [];
    const has = (key: string) => asked.push(key) > 0;
    const compute = () => assert.fail('nothing is missing');
    const pictures = await Pictures.open(examples, preprocessing, { rows: { has, compute }, memory: 0 });
    assert.equal(pictures.examples.length, 9);
    const source = pictures.source(pictures.examples);
    assert.deepEqual(asked.sort(), pictures.examples.map((_, row) => source.key!(row, 0)).sort()); // read in parallel
  });

  it('are augmented differently in each view, and equally for the same seed', async () => {
    const pictures = await Pictures.open(examples, preprocessing);
    const views = { augmentation: flipped, seed: 1, views: 2 };
    const plain = await values(pictures, [0, 5]);
    assert.deepEqual(await values(pictures, [0, 5], 0, views), plain);
    const turned = await values(pictures, [0, 5], 1, views);
    assert.notDeepEqual(turned.x, plain.x);
    assert.deepEqual(turned, await values(pictures, [0, 5], 1, views));
    const source = pictures.source(examples, views);
    assert.equal(source.views, 3);
    assert.equal(new Set([0, 1, 2].map((view) => source.key!(0, view))).size, 3);
    assert.notEqual(source.key!(0, 1), pictures.source(examples, { ...views, seed: 2 }).key!(0, 1));
  });

  it('that were not opened are named, instead of what went wrong with them', async () => {
    const pictures = await Pictures.open(examples.slice(1), preprocessing);
    await assert.rejects(
      async () => pictures.source(examples).batch([0], 0),
      /0.png is none of the pictures that Pictures.open read/,
    );
  });

  it('that are removed or changed during training end it with an error that names them', async () => {
    const pictures = await Pictures.open(examples, preprocessing, { memory: 0 });
    rmSync(examples[0]!.file);
    writeFileSync(examples[1]!.file, await stripes('red', 30));
    const source = pictures.source(pictures.examples);
    await assert.rejects(async () => source.batch([0], 0), /0.png cannot be read any more: no such file/);
    await assert.rejects(async () => source.batch([1], 0), /1.png was changed during training/);
  });

  it('stop being read when the listener asks', async () => {
    let done = 0;
    const listener = { onProgress: () => void done++, shouldStop: () => done === 4 };
    assert.equal((await Pictures.open(examples, preprocessing, { listener })).examples.length, 4);
  });
});
