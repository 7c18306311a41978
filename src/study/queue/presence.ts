import { hostname } from 'node:os';
import type { Redis } from 'ioredis';
import { KEPT, PREFIX } from './connection';
import { isRelease, type Release } from './release';

/** Seconds without a sign of life after which a study or a worker counts as gone. */
export const ALIVE = 15;
/** Milliseconds between two signs of life. */
export const SIGN_OF_LIFE = 3000;
/** Characters that an entry may have. */
const LONGEST = 2 ** 16;

/** A study that has runs to give. */
export interface StudyEntry {
  release: Release;
  /** as for `openDataset`, seen from the study's machine */
  data: string;
  dataFingerprint: string;
}

/** Where a worker has the pictures of a study: below none of its folders, below one but not there, others there, or there. */
export type Found = 'outside' | 'missing' | 'different' | 'here';

/** A worker, and of which studies it has the pictures. */
export interface WorkerEntry {
  release: Release;
  host: string;
  /** by the pictures' fingerprint */
  pictures: Record<string, Found>;
}

/** An entry that was read, and how long ago it was written. */
export type Present<T> = T & { id: string; seconds: number };

/**
 * Who is at a queue: a hash in Redis with an entry for each, written anew as a sign of life. All times are those of Redis's
 * clock, as those of two machines differ.
 */
class Presence<T extends object> {
  constructor(
    private readonly key: string,
    private readonly check: (value: unknown) => T | undefined,
  ) {}

  async announce(redis: Redis, id: string, entry: T): Promise<void> {
    await redis.hset(this.key, id, JSON.stringify({ ...entry, at: await now(redis) }));
  }

  async withdraw(redis: Redis, id: string): Promise<void> {
    await redis.hdel(this.key, id);
  }

  /** Everyone, also those that may be gone. What cannot be read, or is older than Redis keeps anything, is removed. */
  async list(redis: Redis): Promise<Present<T>[]> {
    const [time, entries] = await Promise.all([now(redis), redis.hgetall(this.key)]);
    const present: Present<T>[] = [];
    for (const [id, text] of Object.entries(entries)) {
      const read = this.read(text);
      const seconds = read ? time - read.at : Number.NaN;
      if (read && seconds < KEPT) present.push({ ...read.entry, id, seconds: Math.max(0, seconds) });
      else await this.withdraw(redis, id);
    }
    return present;
  }

  private read(text: string): { entry: T; at: number } | undefined {
    if (text.length > LONGEST) return undefined;
    try {
      const value = JSON.parse(text);
      const entry = this.check(value);
      return entry && Number.isFinite(value.at) ? { entry, at: value.at } : undefined;
    } catch {
      return undefined;
    }
  }
}

/** Seconds, by Redis's clock. */
async function now(redis: Redis): Promise<number> {
  const [seconds] = await redis.time();
  return Number(seconds);
}

export const studies = new Presence<StudyEntry>(`${PREFIX}:studies`, (value) => {
  const { release, data, dataFingerprint } = value as Partial<StudyEntry>;
  if (!isRelease(release) || typeof data !== 'string' || !isFingerprint(dataFingerprint)) return undefined;
  return { release, data, dataFingerprint };
});

export const workers = new Presence<WorkerEntry>(`${PREFIX}:workers`, (value) => {
  const { release, host, pictures } = value as Partial<WorkerEntry>;
  if (!isRelease(release) || !isHost(host) || typeof pictures !== 'object' || pictures === null) return undefined;
  const known = Object.entries(pictures).filter(
    ([fingerprint, found]) =>
      isFingerprint(fingerprint) && ['outside', 'missing', 'different', 'here'].includes(found as Found),
  );
  return { release, host, pictures: Object.fromEntries(known) };
});

/** SHA-256 as hexadecimal digits. */
export function isFingerprint(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

/** Whether something that was read can be the name of a machine. */
export function isHost(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9_.-]{1,253}$/.test(value);
}

/** The name of this machine. */
export const ownHost = hostname().replace(/[^A-Za-z0-9_.-]/g, '-') || 'unknown';
