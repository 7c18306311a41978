import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { receiveAnswer, removeAnswer, sendAnswer } from '../../src/study/queue/answers';
import { receiveFolder, sendFolder, TooLargeError } from '../../src/study/queue/parcels';
import type { RunRecord } from '../../src/study/records';
import { temporaryFolder } from '../folders';
import { hasRedis, skipWithoutRedis, TestRedis } from './redis';

describe('the files of a run in Redis', () => {
  let redis: TestRedis;
  let folder: string;
  const large = randomBytes(9 * 2 ** 20); // more than two parts, and not to be compressed

  before(async function () {
    if (!hasRedis) return skipWithoutRedis(this);
    redis = await TestRedis.start();
    folder = temporaryFolder();
    mkdirSync(join(folder, 'model'));
    writeFileSync(join(folder, 'run.json'), '{}');
    writeFileSync(join(folder, 'model', 'weights.bin'), large);
  });
  after(async () => {
    await redis?.kill();
  });

  it('arrive as they were sent', () =>
    redis.with(async (client) => {
      const parcel = await sendFolder(client, folder);
      assert.ok((await client.ttl(parcel.key)) > 0);
      assert.equal(await client.llen(parcel.key), 3);
      const target = join(temporaryFolder(), 'run');
      assert.ok(await receiveFolder(client, parcel, target));
      assert.deepEqual(readdirSync(target).sort(), ['model', 'run.json']);
      assert.ok(readFileSync(join(target, 'model', 'weights.bin')).equals(large));
    }));

  it('do not arrive when a part is lost or changed', () =>
    redis.with(async (client) => {
      const parcel = await sendFolder(client, folder);
      await client.lset(parcel.key, 1, 'something else');
      assert.equal(await receiveFolder(client, parcel, join(temporaryFolder(), 'run')), false);
      await client.del(parcel.key);
      assert.equal(await receiveFolder(client, parcel, join(temporaryFolder(), 'run')), false);
    }));

  it('are refused when they are more than a queue carries', () =>
    redis.with(async (client) => {
      await client.flushall();
      await assert.rejects(sendFolder(client, folder, 2 ** 20), (error: Error) => {
        assert.ok(error instanceof TooLargeError);
        assert.match(error.message, /its files have 9\.\d MB, and a queue carries 1\.0 MB a run: keep no models/);
        return true;
      });
      assert.deepEqual(await client.keys('*'), []);
    }));

  it('do not stay when Redis has no room for all of them', () =>
    redis.with(async (client) => {
      await client.flushall();
      const used = Number(/used_memory:(\d+)/.exec(await client.info('memory'))![1]);
      await client.config('SET', 'maxmemory', String(used + 6 * 2 ** 20));
      try {
        await assert.rejects(sendFolder(client, folder), /OOM/);
        assert.deepEqual(await client.keys('*'), []);
      } finally {
        await client.config('SET', 'maxmemory', '0');
      }
    }));

  it('are those of the first of two answers, and go with it', () =>
    redis.with(async (client) => {
      await client.flushall();
      const record = (host: string) => ({ id: 'run', host }) as RunRecord;
      await sendAnswer(client, 'one', record('first'), folder);
      await sendAnswer(client, 'one', record('second'), folder);
      assert.equal((await client.keys('*')).length, 2);
      const target = join(temporaryFolder(), 'run');
      assert.equal((await receiveAnswer(client, 'one', target))?.host, 'first');
      await removeAnswer(client, 'one');
      assert.deepEqual(await client.keys('*'), []);
      assert.equal(await receiveAnswer(client, 'one', target), undefined);
    }));
});
