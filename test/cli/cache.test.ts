import assert from 'node:assert/strict';
import { existsSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type CachePart, cacheUses, cleanPart } from '../../src/cli/cacheParts';
import { RowStore } from '../../src/features/rowStore';
import { temporaryFolder, withEmptyCache } from '../folders';
import { errorLine } from './errorLine';

const DAY = 86_400_000;

describe('the cache', () => {
  /** Write a file of 10,000 bytes that was last used some days ago. */
  function write(file: string, days = 0): string {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, Buffer.alloc(10_000));
    const time = new Date(Date.now() - days * DAY);
    utimesSync(file, time, time);
    return file;
  }
  const sizes = () => Object.fromEntries(cacheUses().map(({ part, bytes }) => [part, bytes]));
  const hash = 'a'.repeat(64);

  it('is listed with the sizes on disk and the last use of each part', () =>
    withEmptyCache((cache) => {
      assert.deepEqual(cacheUses(), []);
      write(join(cache, 'unpacked', hash, 'files', 'a.jpg'), 3);
      write(join(cache, 'unpacked', 'b'.repeat(64), 'files', 'b.jpg'), 5);
      const [unpacked, ...others] = cacheUses();
      assert.deepEqual(others, []);
      assert.equal(unpacked!.part, 'unpacked');
      assert.ok(unpacked!.bytes >= 20_000 && unpacked!.bytes < 60_000, String(unpacked!.bytes));
      assert.equal(unpacked!.used!.slice(0, 10), new Date(Date.now() - 3 * DAY).toISOString().slice(0, 10));
    }));

  it('loses only what tunebook has made and can make again, even if it lies in a folder of the user', () =>
    withEmptyCache(async (cache) => {
      const precious = write(join(temporaryFolder(), 'photo.jpg'), 400);
      const own = [
        ...['features/my-notes/a.txt', 'unpacked/holiday/a.jpg', 'downloads/photos/a.jpg', 'python/program.py'],
        ...['downloads/report-2.pdf', 'downloads/holiday.zip', 'downloads/my-model.h5'],
        ...['weights/mine.safetensors', 'datasets/birds/a.jpg', 'samples/cats/a.jpg', 'queue/job/last.safetensors'],
        ...[`test-uses/${hash}.txt`, 'tensorflow/notes.txt', 'photos/a.jpg', 'jupyter/config/a.json'],
      ].map((file) => write(join(cache, file), 400));
      mkdirSync(join(cache, 'features'), { recursive: true });
      symlinkSync(dirname(precious), join(cache, 'features', `avg_pool-${'0'.repeat(16)}`));
      symlinkSync(dirname(precious), join(cache, 'unpacked', hash));
      const made = [
        ...[`features/avg_pool-${'1'.repeat(16)}/aa/${hash}.f32`, `unpacked/${'b'.repeat(64)}/files/a.jpg`],
        ...[
          'downloads/tensorflow_cpu-2.20.0/a.whl',
          'weights/efficientnet-lite0.safetensors',
          'datasets/flowers/a.jpg',
        ],
        ...[
          'samples/emoji/a.png',
          'samples/letters/a.png',
          'python/lib/a.py',
          'tensorflow/cpu-2.20.0/lib/a.so',
          'temporary/rows-ab/rows',
        ],
      ].map((file) => write(join(cache, file), 400));
      const parts = ['features', 'unpacked', 'downloads', 'weights', 'datasets', 'samples', 'python', 'tensorflow'];
      for (const part of [...parts, 'temporary', 'advice', 'notebook7', 'oracle', 'bench-python'] as CachePart[])
        await cleanPart(part, 0);
      assert.deepEqual(made.filter(existsSync), []);
      assert.deepEqual(
        own.filter((file) => !existsSync(file)),
        [],
      );
      assert.ok(existsSync(precious));
    }));

  it('loses what was not used for a time, file by file where each file is of use alone', () =>
    withEmptyCache(async () => {
      const store = new RowStore('avg_pool', '2'.repeat(16), 3);
      const row = Float32Array.of(1, 2, 3);
      for (const name of [hash, 'b'.repeat(64)]) store.set(name, row);
      store.close();
      const freed = await cleanPart('features', DAY, Date.now() + 2 * DAY - 60_000);
      assert.ok(freed > 0);
      assert.equal(store.get(hash), undefined);
      store.set(hash, row);
      assert.equal(await cleanPart('features', DAY), 0);
      assert.deepEqual(store.get(hash), row);
    }));

  it('keeps an entry in one piece: a folder with one file in use stays whole', () =>
    withEmptyCache(async (cache) => {
      const old = write(join(cache, 'unpacked', hash, 'files', 'old.jpg'), 90);
      write(join(cache, 'unpacked', hash, 'files', 'used.jpg'), 1);
      assert.equal(await cleanPart('unpacked', 30 * DAY), 0);
      assert.ok(existsSync(old));
      assert.ok((await cleanPart('unpacked', DAY / 2)) > 20_000);
      assert.deepEqual(sizes(), {});
    }));

  it('is not cleaned of what would be lost, nor for a time that is none', async () => {
    assert.match(
      await errorLine('cache', 'clean', 'queue'),
      /^tunebook: .*'queue' is invalid.*Allowed choices are features, /,
    );
    assert.match(await errorLine('cache', 'clean', 'feature'), /\(did you mean 'features'\?\)$/);
    assert.match(
      await errorLine('cache', 'clean', '--older', 'month'),
      /Expected hours, days or weeks, such as 12h, 30d or 4w/,
    );
  });
});
