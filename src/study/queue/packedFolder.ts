import { createHash, randomUUID } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readdirSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { messageOf, UserError } from '../../core/errors';
import { extract } from '../../data/public';
import { KEPT, PREFIX } from './connection';

/** The most bytes of the packed files of a run, as Redis keeps everything in memory. */
const LARGEST = 256 * 2 ** 20;
/** The limits of the unpacked files. */
const LIMITS = { bytes: 512 * 2 ** 20, entries: 1000 };
/** Bytes that are transferred at a time, to bound the memory of this process and of Redis's buffers. */
const PART = 4 * 2 ** 20;

const KEY = new RegExp(`^${PREFIX}:files:[0-9a-f-]{36}$`);

/** The files of a run are larger than a queue allows; another attempt would fail, too. */
export class TooLargeError extends Error {}

/** A packed folder in Redis: the key of its archive. */
export interface PackedFolder {
  key: string;
  bytes: number;
  sha256: string;
}

/**
 * Put the files of a folder into Redis, packed and in parts.
 *
 * @param largest the most bytes of the archive
 * @throws {TooLargeError} if it has more
 */
export async function sendFolder(redis: Redis, folder: string, largest = LARGEST): Promise<PackedFolder> {
  return inTemporaryFolder(async (place) => {
    const unpacked = sizeOf(folder);
    if (unpacked > LIMITS.bytes) throw tooLarge(unpacked, LIMITS.bytes);
    const file = join(place, 'run.tar.gz');
    const { create } = require('tar') as typeof import('tar'); // loaded when used
    create({ file, cwd: folder, gzip: true, portable: true, sync: true }, readdirSync(folder));
    const bytes = statSync(file).size;
    if (bytes > largest) throw tooLarge(bytes, largest);
    const key = `${PREFIX}:files:${randomUUID()}`;
    const hash = createHash('sha256');
    const descriptor = openSync(file, 'r');
    try {
      for (let sent = 0; sent < bytes; ) {
        const part = Buffer.alloc(Math.min(PART, bytes - sent));
        readSync(descriptor, part);
        hash.update(part);
        if (sent > 0 && (await redis.strlen(key)) < sent) throw new Error('Redis lost a part of the files of a run');
        // when a connection is lost, the client sends what was not answered again: written to its place, it counts once
        await redis.setrange(key, sent, part);
        await redis.expire(key, KEPT);
        sent += part.length;
      }
    } catch (error) {
      await redis.del(key).catch(() => {}); // if Redis is full, the parts must not stay there
      throw error;
    } finally {
      closeSync(descriptor);
    }
    return { key, bytes, sha256: hash.digest('hex') };
  });
}

function tooLarge(bytes: number, largest: number): TooLargeError {
  const megabytes = (count: number) => `${(count / 2 ** 20).toFixed(1)} MB`;
  return new TooLargeError(
    `its files have ${megabytes(bytes)}, and a queue allows ${megabytes(largest)} for each run: save no models ` +
      '("models": false), or run the study without --queue',
  );
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

/**
 * Check a description of a packed folder that was read from Redis.
 *
 * @throws {UserError} if it is not one
 */
export function checkPackedFolder(value: unknown): PackedFolder {
  const { key, bytes, sha256 } = (value ?? {}) as Partial<PackedFolder>;
  const fits = typeof bytes === 'number' && Number.isSafeInteger(bytes) && bytes > 0 && bytes <= LARGEST;
  if (typeof key !== 'string' || !KEY.test(key) || !fits || !/^[0-9a-f]{64}$/.test(String(sha256))) {
    throw new UserError(`it does not say where its files are, or they are larger than ${LARGEST / 2 ** 20} MB`);
  }
  return { key, bytes, sha256: String(sha256) };
}

/**
 * Write a packed folder's files into a new folder.
 *
 * @param limits of the unpacked files. Default: 512 MB, 1,000 files
 * @returns false if Redis no longer has all of it
 * @throws {UserError} if the hash differs, or it is not an archive, is too large, or has links or paths that lead out of it
 */
export async function receiveFolder(
  redis: Redis,
  { key, bytes, sha256 }: PackedFolder,
  folder: string,
  limits = LIMITS,
): Promise<boolean> {
  return inTemporaryFolder(async (place) => {
    const file = join(place, 'its archive');
    const length = await redis.strlen(key).catch((error) => {
      throw /^WRONGTYPE/.test(messageOf(error)) ? new UserError('its files have another type in Redis') : error;
    });
    if (length < bytes) return false;
    if (length > bytes) throw new UserError(`its files have ${length} bytes, not the ${bytes} that it states`);
    const hash = createHash('sha256');
    const descriptor = openSync(file, 'w');
    try {
      for (let received = 0; received < bytes; received += PART) {
        const part = await redis.getrangeBuffer(key, received, Math.min(bytes, received + PART) - 1);
        hash.update(part);
        writeSync(descriptor, part);
      }
    } finally {
      closeSync(descriptor);
    }
    if (hash.digest('hex') !== sha256) throw new UserError('its files have another SHA-256 than it states');
    rmSync(folder, { recursive: true, force: true }); // an interrupted attempt may have left files
    await extract(file, folder, limits);
    return true;
  });
}

async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'tunebook-files-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
