import type { Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { messageOf } from '../../core/errors';
import { failed } from '../execute';
import type { Executor, RunOrder } from '../executor';
import type { RunTask } from '../plan';
import { ATTEMPTS } from '../processPool';
import type { RunRecord } from '../records';
import { receiveAnswer, removeAnswer } from './answers';
import { connect, KEPT, openQueue, withoutSecret } from './connection';
import { jobId, type RunJob } from './job';

/** Milliseconds between two looks for answers. */
const INTERVAL = 500;
/**
 * Runs that wait in the queue beyond those being made. No more, so that a study's budget and pruning decide late, and Redis
 * holds little.
 */
const AHEAD = 8;
/** Looks without any worker after which the study says so. */
const LONELY = 10;

interface Waiting {
  order: RunOrder;
  id: string;
  resolve: (record: RunRecord | undefined) => void;
}

/**
 * Has runs made by whoever works at a queue in Redis.
 *
 * Redis only carries: what is planned and what has landed is in the study's folder. So a run of which Redis knows nothing any
 * more is put into the queue anew, and one that was answered while nobody asked is fetched.
 *
 * @param address of Redis
 * @throws {UserError} if it cannot be used
 */
export async function queueExecutor(address: string): Promise<Executor> {
  const redis = await connect(address, { patient: false });
  const executor = new QueueExecutor(redis, await openQueue<RunJob>(redis), withoutSecret(address));
  executor.begin();
  return executor;
}

class QueueExecutor implements Executor {
  parallel = 1;
  private readonly waiting = new Map<string, Waiting>();
  private closed = false;
  private away = false;
  private looksAlone = 0;
  private looking: Promise<void> = Promise.resolve();

  constructor(
    private readonly redis: Redis,
    private readonly queue: Queue<RunJob>,
    private readonly name: string,
  ) {}

  get slots(): number {
    return this.parallel + AHEAD;
  }

  run(order: RunOrder): Promise<RunRecord | undefined> {
    return new Promise((resolve) => {
      const id = jobId(order.task);
      this.waiting.set(id, { order, id, resolve });
    });
  }

  async landed(task: RunTask): Promise<void> {
    const id = jobId(task);
    try {
      const job = await this.queue.getJob(id);
      if (job && !(await job.isActive())) await job.remove();
      await removeAnswer(this.redis, id);
    } catch {
      // what is left in Redis expires
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.looking;
    await this.queue.close().catch(() => {});
    this.redis.disconnect();
  }

  begin(): void {
    this.looking = (async () => {
      while (!this.closed) {
        await this.look();
        await new Promise((resolve) => setTimeout(resolve, INTERVAL));
      }
    })();
  }

  private async look(): Promise<void> {
    try {
      for (const one of [...this.waiting.values()]) await this.ask(one);
      this.parallel = Math.max(1, await this.queue.getActiveCount());
      if (this.away) this.tell(`the queue at ${this.name} answers again`);
      this.away = false;
      await this.noticeLoneliness();
    } catch (error) {
      if (!this.away) this.tell(`the queue at ${this.name} does not answer (${messageOf(error)}): waiting for it`);
      this.away = true;
      for (const one of this.waiting.values()) if (one.order.listener?.shouldStop?.()) this.end(one, undefined);
    }
  }

  private async ask(one: Waiting): Promise<void> {
    if (one.order.listener?.shouldStop?.()) {
      await this.withdraw(one.id);
      this.end(one, undefined);
      return;
    }
    const record = await this.answerOf(one);
    if (record) this.end(one, record);
  }

  private end({ id, resolve }: Waiting, record: RunRecord | undefined): void {
    this.waiting.delete(id);
    resolve(record);
  }

  /** The record of a run that was answered. A run that Redis does not know is handed to it. */
  private async answerOf({ order, id }: Waiting): Promise<RunRecord | undefined> {
    const { task, folder, cache = true, pruneBelow = [] } = order;
    const job = (await this.queue.getJob(id)) as Job<RunJob> | undefined;
    if (job && (await job.isFailed())) {
      const lost = /stalled/.test(job.failedReason);
      return failed(task, lost ? `${ATTEMPTS} workers were lost over it` : job.failedReason, folder);
    }
    if (job && !(await job.isCompleted())) return undefined;
    if (job) {
      const record = await receiveAnswer(this.redis, id, folder);
      // the same run may go by another name in another study
      if (record) return { ...record, id: task.id, axes: task.axes };
      await removeAnswer(this.redis, id); // Redis lost a part of it
      await job.remove();
    }
    const kept = { age: KEPT };
    await this.queue.add(
      'run',
      { task, cache, pruneBelow: [...pruneBelow] },
      {
        ...{ jobId: id, attempts: ATTEMPTS, backoff: 1000, stackTraceLimit: 0 },
        ...{ removeOnComplete: kept, removeOnFail: kept },
      },
    );
    return undefined;
  }

  /** Take a run back that nobody has begun. One that is being made is finished, and its answer waits for the next call. */
  private async withdraw(id: string): Promise<void> {
    const job = await this.queue.getJob(id);
    if (job && ((await job.isWaiting()) || (await job.isDelayed()))) await job.remove().catch(() => {});
  }

  private async noticeLoneliness(): Promise<void> {
    if (this.waiting.size === 0 || (await this.queue.getActiveCount()) > 0) {
      this.looksAlone = 0;
      return;
    }
    if (++this.looksAlone !== LONELY) return;
    const workers = await this.queue.getWorkersCount().catch(() => 1); // not every Redis lists its clients
    if (workers === 0)
      this.tell(`nobody works at the queue at ${this.name}: start \`tunebook worker\` with the same --queue`);
  }

  private tell(text: string): void {
    [...this.waiting.values()][0]?.order.listener?.onMessage?.(text);
  }
}
