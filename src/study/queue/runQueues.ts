import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { UserError } from '../../core/errors';
import type { RunTask } from '../plan';
import { openQueue } from './connection';
import type { RunJob } from './job';
import { queueOf, type Release } from './release';

/** Seconds after which the remaining keys of an empty queue expire. */
const EMPTY_KEPT = 24 * 3600;

/** The queues to which a study sends its runs: one for each dataset, opened when it is needed. */
export class RunQueues {
  private readonly byFingerprint = new Map<string, Queue<RunJob>>();

  constructor(
    private readonly redis: Redis,
    private readonly release: Release,
  ) {}

  /** The queue for a dataset, if it is open. */
  get(dataFingerprint: string): Queue<RunJob> | undefined {
    return this.byFingerprint.get(dataFingerprint);
  }

  /** Open the queue for a run's dataset. @throws {UserError} if the data are read with options, which jobs do not carry */
  async open({ dataFingerprint, dataOptions }: RunTask): Promise<Queue<RunJob>> {
    if (dataOptions) {
      throw new UserError(
        'a study with dataOptions cannot use a queue: execute its runs on this machine, with --workers',
      );
    }
    const known = this.byFingerprint.get(dataFingerprint);
    if (known) return known;
    const opened = await openQueue<RunJob>(this.redis, queueOf(this.release, dataFingerprint));
    const queue = this.byFingerprint.get(dataFingerprint) ?? opened; // two calls may open it at the same time
    this.byFingerprint.set(dataFingerprint, queue);
    return queue;
  }

  /** Close all queues, and let the keys of empty ones expire. */
  async close(): Promise<void> {
    for (const queue of this.byFingerprint.values()) {
      await this.expire(queue).catch(() => {});
      await queue.close().catch(() => {});
    }
  }

  private async expire(queue: Queue<RunJob>): Promise<void> {
    const counts = await queue.getJobCounts();
    if (Object.values(counts).some((count) => count > 0)) return;
    for (const name of ['id', 'meta', 'events', 'marker', 'stalled-check']) {
      await this.redis.expire(queue.toKey(name), EMPTY_KEPT);
    }
  }
}
