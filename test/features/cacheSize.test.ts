import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../../src/core/paths';
import { cacheLimit, recordAdded, removeOldest } from '../../src/features/cacheSize';
import { RowStore } from '../../src/features/rowStore';
import { withEmptyCache } from '../folders';

const row = Float32Array.of(1, 2, 3, 4); // a block of 4096 bytes on disk
const key = 'abcdef0123456789';
const file = (name: string) => cacheFolder('features', `test-${key}`, name, `${name}.f32`);
const use = (name: string, seconds: number) => utimesSync(file(name), seconds, seconds);
const tally = () => JSON.parse(readFileSync(cacheFolder('features', 'tally'), 'utf8')).bytes;

function rows(...names: string[]): RowStore {
  const store = new RowStore('test', key, 4);
  for (const name of names) store.set(name, row);
  return store;
}

describe('the cache of features', () => {
  it('removes the least recently used rows when it is too large, down to nine tenths of its limit', () =>
    withEmptyCache(() => {
      const store = rows('aa', 'bb', 'cc', 'dd');
      ['bb', 'aa', 'dd', 'cc'].forEach((name, i) => void use(name, i + 1));
      assert.deepEqual([...store.get('bb')!], [...row]); // used just now
      assert.equal(removeOldest(3 * 4096), 2 * 4096);
      assert.deepEqual(
        ['aa', 'bb', 'cc', 'dd'].map((name) => store.has(name)),
        [false, true, true, false],
      );
      assert.equal(removeOldest(3 * 4096), 2 * 4096);
    }));

  it('never removes files that it did not write, as the cache may be in a folder of the user', () =>
    withEmptyCache((cache) => {
      const own = ['notes/a.f32', 'mine.f32', `test-${key}/readme.txt`, `test-${key}/aa/plan.txt`].map((name) =>
        join(cache, 'features', name),
      );
      const store = rows('aa');
      use('aa', 1);
      for (const name of own) {
        mkdirSync(dirname(name), { recursive: true });
        writeFileSync(name, 'mine');
        utimesSync(name, 1, 1);
      }
      assert.equal(removeOldest(0), 0);
      assert.equal(store.has('aa'), false);
      assert.ok(own.every(existsSync));
    }));

  it('keeps rows that a process may be using', () =>
    withEmptyCache(() => {
      const store = rows('aa', 'bb');
      use('aa', Date.now() / 1000 - 3600);
      assert.equal(removeOldest(0), 4096);
      assert.deepEqual([store.has('aa'), store.has('bb')], [false, true]);
    }));

  it('counts its files only if it may be full', () =>
    withEmptyCache(() => {
      process.env.TUNEBOOK_CACHE_BYTES = '10000';
      try {
        rows('aa').close();
        assert.equal(tally(), 4096);
        mkdirSync(cacheFolder('features', `other-${key}`, 'ee'), { recursive: true });
        writeFileSync(cacheFolder('features', `other-${key}`, 'ee', 'ee.f32'), 'x');
        rows('bb').close();
        assert.equal(tally(), 2 * 4096); // not counted
        use('aa', 1);
        rows('cc').close();
        assert.equal(tally(), 3 * 4096); // three rows and the other file, without the oldest row
        assert.ok(!existsSync(file('aa')));
        writeFileSync(cacheFolder('features', 'tally'), 'damaged');
        recordAdded(0);
        assert.equal(tally(), 3 * 4096);
      } finally {
        delete process.env.TUNEBOOK_CACHE_BYTES;
      }
    }));

  it('has a limit of 5 GiB, or the one in the environment variable', () => {
    assert.equal(cacheLimit(), 5 * 2 ** 30);
    process.env.TUNEBOOK_CACHE_BYTES = '2e9';
    assert.equal(cacheLimit(), 2e9);
    process.env.TUNEBOOK_CACHE_BYTES = 'much';
    try {
      assert.throws(cacheLimit, /TUNEBOOK_CACHE_BYTES must be a number of bytes, such as 5e9, got 'much'/);
    } finally {
      delete process.env.TUNEBOOK_CACHE_BYTES;
    }
  });

  it('reports once that rows cannot be written, and continues without them', () =>
    withEmptyCache((cache) => {
      mkdirSync(join(cache, 'features'));
      writeFileSync(cacheFolder('features', `test-${key}`), 'a file where a folder should be');
      const messages: string[] = [];
      const store = rows('aa', 'bb');
      store.close((text) => messages.push(text));
      store.close((text) => messages.push(text));
      assert.equal(messages.length, 1);
      assert.match(messages[0]!, /^cannot write to the cache: /);
      assert.equal(store.get('aa'), undefined);
    }));
});
