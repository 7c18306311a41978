import { hostname } from 'node:os';
import type { Redis } from 'ioredis';
import { KEPT, PREFIX } from './connection';
import { isRelease, type Release } from './release';

/** Seconds without a heartbeat after which a study or a worker counts as gone. */
export const ALIVE = 15;
/** Milliseconds between two heartbeats. */
export const HEARTBEAT = 3000;
/** The most characters of an entry. */
const LONGEST = 2 ** 16;

/** A study with runs in the queue. */
export interface StudyEntry {
  release: Release;
  /** its dataset, as for `openDataset` on the study's machine */
  data: string;
  dataFingerprint: string;
}

/** Whether a worker has the pictures of a study: not below its folders, missing, other pictures at that path, or found. */
export type Found = 'outside' | 'missing' | 'different' | 'here';

/** A worker, and for which studies it has the pictures. */
export interface WorkerEntry {
  release: Release;
  host: string;
  /** by the pictures' fingerprint */
  pictures: Record<string, Found>;
}

/** An entry that was read, and how long ago it was written. */
export type Present<T> = T & { id: string; seconds: number };

/**
 * The studies or workers at a queue: a hash in Redis with an entry for each, which it renews as a heartbeat. All times are those
 * of Redis's clock, as the clocks of two machines differ.
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

  /** All entries, also of those that may be gone. Invalid and expired ones are removed. */
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

/** The time in seconds, by Redis's clock. */
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

/** Whether a value can be the name of a machine. */
export function isHost(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9_.-]{1,253}$/.test(value);
}

/** The name of this machine. */
export const ownHost = hostname().replace(/[^A-Za-z0-9_.-]/g, '-') || 'unknown';
