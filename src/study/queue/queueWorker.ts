import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, Worker } from 'bullmq';
import { messageOf, UserError } from '../../core/errors';
import { checkNumber, withDefaults } from '../../core/options';
import { openDataset } from '../../data/public';
import { failed } from '../execute';
import { fingerprint, type RunTask } from '../plan';
import { ATTEMPTS, processPool } from '../processPool';
import { isAnswered, sendAnswer } from './answers';
import { removeOldCheckpoints, SharedCheckpoint } from './checkpoints';
import { connect, openQueue, PREFIX, QUEUE, withoutSecret } from './connection';
import type { RunJob } from './job';
import { TooLargeError } from './parcels';

export interface QueueWorkerOptions {
  /** runs at a time; default 1 */
  workers?: number;
  /** cores that they share; default: all */
  cores?: number;
  /** where the pictures lie on this machine; default: where the study says */
  data?: string;
  /** seconds without a heartbeat after which others take a run over; default 30, the same for all workers of a queue */
  lease?: number;
  /** end when nothing is left to do; default false */
  untilEmpty?: boolean;
  /** hears what happens */
  onMessage?: (text: string) => void;
  /** asked now and then; `true` ends after handing the runs at hand back, where others go on with them */
  shouldStop?: () => boolean;
}

type Defaults = Required<Omit<QueueWorkerOptions, 'cores' | 'data'>> & Pick<QueueWorkerOptions, 'cores' | 'data'>;

/** Milliseconds between two questions whether to stop. */
const ASK = 200;
/** Milliseconds for Redis to hear that a worker ends. */
const FAREWELL = 5000;

/**
 * Work at a queue: make its runs, whichever study they are of, until told to stop.
 *
 * The training runs in processes of its own, so that heartbeats go on while TensorFlow computes. A worker that is lost leaves its
 * run's checkpoint, from which the next one goes on; a run over which three are lost fails.
 *
 * @param address of Redis
 * @throws {UserError} if it cannot be used, and when a run comes whose pictures this machine does not have
 */
export async function queueWorker(address: string, options?: QueueWorkerOptions): Promise<void> {
  const { workers, cores, data, lease, untilEmpty, onMessage, shouldStop } = withDefaults<Defaults>('worker', options, {
    workers: 1,
    cores: undefined,
    data: undefined,
    lease: 30,
    untilEmpty: false,
    onMessage: () => {},
    shouldStop: () => false,
  });
  checkNumber('worker: lease', lease, { min: 1 });
  const pool = processPool(workers, cores);
  const redis = await connect(address, { patient: true });
  const queue = await openQueue<RunJob>(redis);
  const { Worker: BullWorker, WaitingError } = await import('bullmq');
  removeOldCheckpoints();
  const running = new Set<Promise<unknown>>();
  let stopping = false;
  let useless: UserError | undefined;

  const make = async ({ data: order, id }: Job<RunJob>): Promise<void> => {
    if (await isAnswered(redis, id!)) return;
    const task = await withPicturesHere(order.task, { data, onMessage });
    const tell = (text: string) => onMessage(`${task.id}: ${text}`);
    const place = mkdtempSync(join(tmpdir(), 'tunebook-run-'));
    const folder = join(place, 'run');
    const checkpoint = new SharedCheckpoint(redis, id!, tell);
    try {
      const epochs = await checkpoint.open();
      tell(epochs > 0 ? `goes on after epoch ${epochs}` : 'begins');
      const run = pool.run({
        task,
        folder,
        cache: order.cache,
        pruneBelow: order.pruneBelow,
        checkpoint: checkpoint.folder,
        listener: { onMessage: tell, shouldStop: () => stopping },
      });
      running.add(run);
      const record = await run.finally(() => running.delete(run));
      if (!record) throw new Error('the worker was stopped');
      await sendAnswer(redis, id!, record, folder).catch((error) => {
        if (!(error instanceof TooLargeError)) throw error;
        rmSync(folder, { recursive: true, force: true });
        mkdirSync(folder);
        return sendAnswer(redis, id!, failed(task, error.message, folder), folder);
      });
      await checkpoint.remove();
      tell(record.state);
    } finally {
      await checkpoint.leave();
      rmSync(place, { recursive: true, force: true });
    }
  };

  const worker: Worker<RunJob> = new BullWorker(
    QUEUE,
    async (job, token) => {
      try {
        await make(job);
      } catch (error) {
        if (error instanceof UserError) useless = error;
        if (!stopping && !useless) throw error;
        await job.moveToWait(token); // another worker goes on with it, and it counts as no failure
        throw new WaitingError();
      }
    },
    {
      connection: redis,
      prefix: PREFIX,
      concurrency: workers,
      lockDuration: 1000 * lease,
      stalledInterval: 500 * lease,
      maxStalledCount: ATTEMPTS - 1,
    },
  );
  let trouble = '';
  worker.on('error', (error) => {
    const text = `the queue at ${withoutSecret(address)}: ${messageOf(error)}`;
    if (!stopping && text !== trouble) onMessage(text); // while Redis is away the same comes again and again
    trouble = text;
  });
  worker.on('active', () => {
    trouble = '';
  });
  try {
    let idle = 0;
    while (!shouldStop() && !useless && !(untilEmpty && idle * ASK > 2000)) {
      await sleep(ASK);
      if (untilEmpty) idle = (await isEmpty(queue)) ? idle + 1 : 0;
    }
  } finally {
    stopping = true;
    const closed = worker.close();
    await Promise.allSettled(running); // they end after the batch at hand
    // where Redis is away, others find out by the missing heartbeats
    await Promise.race([closed, sleep(FAREWELL, undefined, { ref: false })]);
    redis.disconnect();
    await worker.close(true).catch(() => {});
    await pool.close();
  }
  if (useless) throw useless;
}

/** Whether nothing waits, is being made, or waits to be tried again. */
async function isEmpty(queue: Awaited<ReturnType<typeof openQueue>>): Promise<boolean> {
  return (await queue.getJobCountByTypes('wait', 'active', 'delayed')) === 0;
}

/**
 * The task with this machine's pictures.
 *
 * @throws {UserError} unless they are those of the study
 */
async function withPicturesHere(
  task: RunTask,
  { data = task.data, onMessage }: Pick<QueueWorkerOptions, 'data' | 'onMessage'>,
): Promise<RunTask> {
  const dataset = await openDataset(data, { listener: { onMessage } });
  if (fingerprint(dataset) !== task.dataFingerprint) {
    throw new UserError(
      `the pictures in '${data}' are others than the study's: name their folder on this machine (--data)`,
    );
  }
  return { ...task, data };
}
