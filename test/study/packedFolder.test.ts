import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Redis } from 'ioredis';
import { Header, type HeaderData } from 'tar';
import { UserError } from '../../src/core/errors';
import { sha256 } from '../../src/core/files';
import {
  checkPackedFolder,
  type PackedFolder,
  receiveFolder,
  sendFolder,
  TooLargeError,
} from '../../src/study/queue/packedFolder';
import { temporaryFolder } from '../folders';
import { hasRedis, sendingTwice, skipWithoutRedis, TestRedis } from './redis';

describe('the files of a run in Redis', () => {
  let redis: TestRedis;
  let folder: string;
  const large = randomBytes(9 * 2 ** 20); // more than two parts, and not compressible

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
      const sent = await sendFolder(client, folder);
      assert.ok((await client.ttl(sent.key)) > 0);
      assert.equal(await client.strlen(sent.key), sent.bytes);
      const target = join(temporaryFolder(), 'run');
      assert.ok(await receiveFolder(client, sent, target));
      assert.deepEqual(readdirSync(target).sort(), ['model', 'run.json']);
      assert.ok(readFileSync(join(target, 'model', 'weights.bin')).equals(large));
    }));

  it('arrive as they were sent if a lost connection makes the client send parts again', () =>
    redis.with(async (client) => {
      const sent = await sendFolder(sendingTwice(client), folder);
      const target = join(temporaryFolder(), 'run');
      assert.ok(await receiveFolder(client, sent, target));
      assert.ok(readFileSync(join(target, 'model', 'weights.bin')).equals(large));
    }));

  it('are not sent to the end if Redis has lost the beginning', () =>
    redis.with(async (client) => {
      await client.flushall();
      let parts = 0;
      const forgetful = new Proxy(client, {
        get(target, name) {
          const value = Reflect.get(target, name);
          if (name !== 'setrange') return typeof value === 'function' ? value.bind(target) : value;
          return async (...rest: Parameters<Redis['setrange']>) => {
            await target.setrange(...rest);
            if (++parts === 1) await target.flushall();
          };
        },
      });
      await assert.rejects(sendFolder(forgetful, folder), /^Error: Redis lost a part of the files of a run$/);
      assert.deepEqual(await client.keys('*'), []);
    }));

  it('do not arrive if Redis has lost some of them', () =>
    redis.with(async (client) => {
      const sent = await sendFolder(client, folder);
      const target = join(temporaryFolder(), 'run');
      await client.set(sent.key, (await client.getBuffer(sent.key))!.subarray(0, -1));
      assert.equal(await receiveFolder(client, sent, target), false);
      await client.del(sent.key);
      assert.equal(await receiveFolder(client, sent, target), false);
      assert.ok(!existsSync(target));
    }));

  it('are refused if they differ from what was sent', () =>
    redis.with(async (client) => {
      const sent = await sendFolder(client, folder);
      const target = join(temporaryFolder(), 'run');
      await client.setrange(sent.key, 1000, 'something else');
      await assert.rejects(
        receiveFolder(client, sent, target),
        /^UserError: its files have another SHA-256 than it states$/,
      );
      await client.append(sent.key, 'more');
      await assert.rejects(
        receiveFolder(client, sent, target),
        /^UserError: its files have \d+ bytes, not the \d+ that/,
      );
      await client.del(sent.key);
      await client.rpush(sent.key, 'a list');
      await assert.rejects(receiveFolder(client, sent, target), /^UserError: its files have another type in Redis$/);
      assert.ok(!existsSync(target));
    }));

  /** An archive in Redis, as if sent by a worker. */
  async function planted(client: Redis, archive: Buffer): Promise<PackedFolder> {
    const key = `tunebook:files:${randomUUID()}`;
    await client.set(key, archive);
    return { key, bytes: archive.length, sha256: sha256(archive) };
  }

  it('are refused if they are links, lead out of the folder, or are not an archive, and nothing is written', () =>
    redis.with(async (client) => {
      const place = temporaryFolder();
      const target = join(place, 'inner', 'run');
      const named = (header: HeaderData) => {
        const block = Buffer.alloc(512);
        new Header({ mode: 0o644, size: 0, ...header }).encode(block, 0);
        return gzipSync(Buffer.concat([block, Buffer.alloc(1024)]));
      };
      const archives: [Buffer, RegExp][] = [
        [named({ path: 'link', type: 'SymbolicLink', linkpath: '/etc/passwd' }), /neither a file nor a folder/],
        [named({ path: 'hard', type: 'Link', linkpath: '/etc/passwd' }), /neither a file nor a folder/],
        [named({ path: 'pipe', type: 'FIFO' }), /neither a file nor a folder/],
        [named({ path: '../precious', type: 'File' }), /leads out of the folder/],
        [named({ path: '/tmp/precious', type: 'File' }), /leads out of the folder/],
        [Buffer.from('no archive at all'), /is damaged/],
        [gzipSync(Buffer.alloc(2 ** 20, 1)), /is damaged/],
      ];
      for (const [archive, why] of archives) {
        const sent = await planted(client, archive);
        await assert.rejects(receiveFolder(client, sent, target), (error: Error) => {
          assert.ok(error instanceof UserError, error.stack);
          assert.match(error.message, why);
          return true;
        });
        assert.deepEqual(
          readdirSync(place, { recursive: true }).filter((name) => name !== 'inner'),
          [],
        );
      }
    }));

  it('are refused if they unpack to more than the receiver allows', () =>
    redis.with(async (client) => {
      const place = temporaryFolder();
      writeFileSync(join(place, 'zeros.bin'), Buffer.alloc(2 ** 24));
      const sent = await sendFolder(client, place);
      assert.ok(sent.bytes < 2 ** 16);
      const target = join(temporaryFolder(), 'run');
      const limits = { bytes: 2 ** 22, entries: 10 };
      await assert.rejects(receiveFolder(client, sent, target, limits), /^UserError: .*unpacks to more than 4 MB$/);
      for (let i = 0; i < 10; i++) writeFileSync(join(place, `${i}`), '');
      const many = await sendFolder(client, place);
      await assert.rejects(receiveFolder(client, many, target, { ...limits, bytes: 2 ** 30 }), /more than 10 entries$/);
      assert.ok(!existsSync(target));
    }));

  it('are stored only under their own keys', () => {
    const good = { key: `tunebook:files:${randomUUID()}`, bytes: 5, sha256: 'a'.repeat(64) };
    assert.deepEqual(checkPackedFolder({ ...good, more: 1 }), good);
    const bad = [
      ...[
        null,
        undefined,
        3,
        {},
        { ...good, key: 'somebody:else' },
        { ...good, key: `${good.key}x` },
        { ...good, bytes: 0 },
      ],
      ...[
        { ...good, bytes: 2 ** 40 },
        { ...good, bytes: '5' },
        { ...good, sha256: 'x' },
        { ...good, sha256: undefined },
      ],
    ];
    for (const value of bad)
      assert.throws(() => checkPackedFolder(value), /^UserError: it does not say where its files are/);
  });

  it('are refused if they are larger than a queue allows', () =>
    redis.with(async (client) => {
      await client.flushall();
      await assert.rejects(sendFolder(client, folder, 2 ** 20), (error: Error) => {
        assert.ok(error instanceof TooLargeError);
        assert.match(error.message, /its files have 9\.\d MB, and a queue allows 1\.0 MB for each run: save no models/);
        return true;
      });
      assert.deepEqual(await client.keys('*'), []);
    }));

  it('are removed if Redis has no memory for all of them', () =>
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
});
