import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { messageOf, UserError } from '../../core/errors';

/** Prefix of all keys in Redis. */
export const PREFIX = 'tunebook';

/** Seconds after which entries in Redis expire. */
export const KEPT = 7 * 24 * 3600;

/** Milliseconds to wait for the first answer of Redis. */
const CONNECT_TIMEOUT = 5000;

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
 * @param address redis://[user:password@]host[:port][/database], or rediss:// for TLS. Certificates of a private
 *   authority are trusted through Node's variable NODE_EXTRA_CA_CERTS
 * @param patient whether commands wait while Redis is unreachable; otherwise they fail, and the caller tries again
 * @throws {UserError} if the address is invalid, or Redis does not answer or refuses the login; the message hides the password
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
    timer = setTimeout(() => reject(latest ?? new Error(`no answer in ${CONNECT_TIMEOUT / 1000} s`)), CONNECT_TIMEOUT);
  });
  try {
    await Promise.race([redis.connect().then(() => redis.ping()), late]);
    return redis;
  } catch (error) {
    redis.disconnect();
    const reason = messageOf(latest ?? error) || (error as NodeJS.ErrnoException).code;
    const hint = /certificate|issuer/.test(String(reason))
      ? '; set the variable NODE_EXTRA_CA_CERTS to the certificate file of the authority to trust'
      : '';
    throw new UserError(`the queue at ${withoutSecret(address)} cannot be used: ${reason}${hint}`);
  } finally {
    clearTimeout(timer);
  }
}

/** Open a queue of runs in Redis; the caller closes it. Errors are thrown by its methods. */
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
