import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { messageOf, UserError } from '../../core/errors';

/** What the names of all keys in Redis begin with. */
export const PREFIX = 'tunebook';

/** Seconds that Redis keeps what nobody fetched. */
export const KEPT = 7 * 24 * 3600;

/** Milliseconds for Redis to answer at the start. */
const PATIENCE = 5000;

/** An address without its password, for messages. */
export function withoutSecret(address: string): string {
  try {
    const url = new URL(address);
    return `${url.protocol}//${url.host}`;
  } catch {
    return 'the address given';
  }
}

/**
 * Connect to Redis and make sure that it answers.
 *
 * @param address redis://[user:password@]host[:port][/database], or rediss:// for TLS. Certificates of an authority of one's own are
 *   trusted through Node's NODE_EXTRA_CA_CERTS
 * @param patient whether commands wait while Redis is away; else they fail, for whoever tries again by himself
 * @throws {UserError} if it is no such address, or Redis does not answer or lets nobody in; without the password
 */
export async function connect(address: string, { patient }: { patient: boolean }): Promise<Redis> {
  if (!/^rediss?:\/\/[^/]/.test(address)) {
    throw new UserError('the queue must be an address like redis://host:6379, or rediss:// for TLS');
  }
  const { Redis: Client } = await import('ioredis');
  const redis = new Client(address, {
    lazyConnect: true,
    maxRetriesPerRequest: patient ? null : 1,
    retryStrategy: (times) => Math.min(2000, 100 * times),
  });
  let latest: unknown;
  redis.on('error', (error) => {
    latest = error;
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(latest ?? new Error(`no answer in ${PATIENCE / 1000} s`)), PATIENCE);
  });
  try {
    await Promise.race([redis.connect().then(() => redis.ping()), late]);
    return redis;
  } catch (error) {
    redis.disconnect();
    const reason = messageOf(latest ?? error) || (error as NodeJS.ErrnoException).code;
    const hint = /certificate|issuer/.test(String(reason))
      ? '; the variable NODE_EXTRA_CA_CERTS names the file of an authority to trust'
      : '';
    throw new UserError(`the queue at ${withoutSecret(address)} cannot be used: ${reason}${hint}`);
  } finally {
    clearTimeout(timer);
  }
}

/** A queue of runs in a Redis, to be closed. Errors reach whoever calls it. */
export async function openQueue<Order>(redis: Redis, name: string): Promise<Queue<Order>> {
  const { Queue: BullQueue } = await import('bullmq');
  const queue = new BullQueue<Order>(name, {
    connection: redis,
    prefix: PREFIX,
    streams: { events: { maxLen: 100 } },
  });
  queue.on('error', () => {});
  return queue as unknown as Queue<Order>;
}
