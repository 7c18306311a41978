import { createHash, randomUUID } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';

import { KEPT, PREFIX } from './connection';

/** Bytes that the files of one run may have, packed: Redis keeps all it has in memory. */
const LARGEST = 256 * 2 ** 20;
/** Bytes of a part: what this process and Redis's line to it hold at a time. */
const PART = 4 * 2 ** 20;

/** The files of a run are more than the queue carries: trying again would not help. */
export class TooLargeError extends Error {}

/** Files on their way through Redis. */
export interface Parcel {
  key: string;
  bytes: number;
  sha256: string;
}

/**
 * Put the files of a folder into Redis, packed and in parts.
 *
 * @param largest bytes that they may have
 * @throws {TooLargeError} if they have more
 */
export async function sendFolder(redis: Redis, folder: string, largest = LARGEST): Promise<Parcel> {
  return inTemporaryFolder(async (place) => {
    const file = join(place, 'run.tar.gz');
    (require('tar') as typeof import('tar')).create(
      { file, cwd: folder, gzip: true, portable: true, sync: true },
      readdirSync(folder),
    );
    const bytes = statSync(file).size;
    if (bytes > largest) {
      const megabytes = (count: number) => `${(count / 2 ** 20).toFixed(1)} MB`;
      throw new TooLargeError(
        `its files have ${megabytes(bytes)}, and a queue carries ${megabytes(largest)} a run: keep no models ` +
          '("models": false), or make the study without --queue',
      );
    }
    const key = `${PREFIX}:files:${randomUUID()}`;
    const hash = createHash('sha256');
    const descriptor = openSync(file, 'r');
    try {
      for (let sent = 0; sent < bytes; ) {
        const part = Buffer.alloc(Math.min(PART, bytes - sent));
        sent += readSync(descriptor, part);
        hash.update(part);
        await redis.rpush(key, part);
        await redis.expire(key, KEPT);
      }
    } catch (error) {
      await redis.del(key).catch(() => {}); // where Redis is full, it should not stay so
      throw error;
    } finally {
      closeSync(descriptor);
    }
    return { key, bytes, sha256: hash.digest('hex') };
  });
}

/**
 * Write a parcel's files into a folder. Links, and paths that lead out of it, are not written.
 *
 * @returns false if Redis no longer has all of it
 */
export async function receiveFolder(redis: Redis, parcel: Parcel, folder: string): Promise<boolean> {
  return inTemporaryFolder(async (place) => {
    const file = join(place, 'run.tar.gz');
    const hash = createHash('sha256');
    const descriptor = openSync(file, 'w');
    try {
      for (let i = 0; ; i++) {
        const part = await redis.lindexBuffer(parcel.key, i);
        if (part === null) break;
        hash.update(part);
        writeSync(descriptor, part);
      }
    } finally {
      closeSync(descriptor);
    }
    if (hash.digest('hex') !== parcel.sha256) return false;
    rmSync(folder, { recursive: true, force: true }); // what an interrupted attempt wrote
    mkdirSync(folder, { recursive: true });
    const filter = (_: string, entry: object) =>
      !('type' in entry) || ['File', 'Directory'].includes(String(entry.type));
    (require('tar') as typeof import('tar')).extract({ file, cwd: folder, sync: true, strict: true, filter });
    return true;
  });
}

async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'tunebook-parcel-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
