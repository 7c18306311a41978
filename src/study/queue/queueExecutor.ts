import type { Job, Queue } from 'bullmq';
import { messageOf } from '../../errors';
import { sha256 } from '../../files';
import { failed } from '../execute';
import type { Executor, RunOrder } from '../executor';
import { ATTEMPTS } from '../processPool';
import type { RunRecord } from '../records';
import { connect, PREFIX, QUEUE, withoutSecret } from './connection';
import { type RunAnswer, type RunJob, unpackFolder } from './job';

/** Milliseconds between two looks for answers. */
const INTERVAL = 500;

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
  const { Queue: BullQueue } = await import('bullmq');
  const queue: Queue<RunJob, RunAnswer> = new BullQueue(QUEUE, { connection: redis, prefix: PREFIX });
  queue.on('error', () => {}); // those that matter reach the calls below
  const waiting = new Map<string, Waiting>();
  let closed = false;
  let away = false;
  const tell = (text: string) => [...waiting.values()][0]?.order.listener?.onMessage?.(text);

  const executor: Executor = {
    slots: Infinity,
    parallel: 1,
    run: (order) =>
      new Promise((resolve) => {
        const id = `${order.task.hash.slice(0, 24)}-${sha256(order.task.dataFingerprint).slice(0, 8)}`;
        waiting.set(id, { order, id, resolve });
      }),
    async close() {
      closed = true;
      await looking;
      await queue.close().catch(() => {});
      redis.disconnect();
    },
  };

  const look = async () => {
    for (const one of waiting.values()) {
      if (one.order.listener?.shouldStop?.()) {
        waiting.delete(one.id);
        await withdraw(queue, one.id);
        one.resolve(undefined);
        continue;
      }
      const record = await answerOf(queue, one);
      if (!record) continue;
      waiting.delete(one.id);
      one.resolve(record);
    }
    executor.parallel = Math.max(1, await queue.getActiveCount());
  };

  const looking = (async () => {
    while (!closed) {
      try {
        await look();
        if (away) tell(`the queue at ${withoutSecret(address)} answers again`);
        away = false;
      } catch (error) {
        if (!away) tell(`the queue at ${withoutSecret(address)} does not answer (${messageOf(error)}): waiting for it`);
        away = true;
        for (const one of waiting.values()) {
          if (!one.order.listener?.shouldStop?.()) continue;
          waiting.delete(one.id);
          one.resolve(undefined);
        }
      }
      await new Promise((resolve) => setTimeout(resolve, INTERVAL));
    }
  })();

  return executor;
}

/** The record of a run that was answered. A run that Redis does not know is handed to it. */
async function answerOf(queue: Queue<RunJob, RunAnswer>, { order, id }: Waiting): Promise<RunRecord | undefined> {
  const { task, folder, cache = true, pruneBelow = [] } = order;
  const job = (await queue.getJob(id)) as Job<RunJob, RunAnswer> | undefined;
  if (!job) {
    const data: RunJob = { task, cache, pruneBelow: [...pruneBelow] };
    await queue.add('run', data, { jobId: id, attempts: ATTEMPTS, backoff: 1000, stackTraceLimit: 0 });
    return undefined;
  }
  if (await job.isCompleted()) {
    const { record, files } = job.returnvalue;
    unpackFolder(files, folder);
    await job.remove();
    // the same run may go by another name in another study
    return { ...record, id: task.id, axes: task.axes };
  }
  if (await job.isFailed()) {
    const lost = /stalled/.test(job.failedReason);
    const reason = lost ? `${ATTEMPTS} workers were lost over it` : job.failedReason;
    await job.remove();
    return failed(task, reason, folder);
  }
  return undefined;
}

/** Take a run back that nobody has begun. One that is being made is finished, and its answer waits for the next call. */
async function withdraw(queue: Queue<RunJob, RunAnswer>, id: string): Promise<void> {
  const job = await queue.getJob(id);
  if (job && ((await job.isWaiting()) || (await job.isDelayed()))) await job.remove().catch(() => {});
}
