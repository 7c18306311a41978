import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Job, Worker } from 'bullmq';
import { openDataset } from '../../datasets';
import { messageOf } from '../../errors';
import { checkNumber, withDefaults } from '../../options';
import { fingerprint, type RunTask } from '../plan';
import { ATTEMPTS, processPool } from '../processPool';
import { SharedCheckpoint } from './checkpoints';
import { connect, PREFIX, QUEUE, withoutSecret } from './connection';
import { packFolder, type RunAnswer, type RunJob } from './job';

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

/**
 * Work at a queue: make its runs, whichever study they are of, until told to stop.
 *
 * The training runs in processes of its own, so that heartbeats go on while TensorFlow computes. A worker that is lost leaves its
 * run's checkpoint, from which the next one goes on; a run over which three are lost fails.
 *
 * @param address of Redis
 * @throws {UserError} if it cannot be used
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
  const { Worker: BullWorker, WaitingError } = await import('bullmq');
  let stopping = false;

  const make = async ({ data: order, id }: Job<RunJob, RunAnswer>): Promise<RunAnswer> => {
    const task = await checkPictures(order.task, data);
    const folder = mkdtempSync(join(tmpdir(), 'tunebook-run-'));
    const checkpoint = new SharedCheckpoint(redis, id!);
    try {
      await checkpoint.open();
      onMessage(`${task.id}: begins`);
      const record = await pool.run({
        task,
        folder: join(folder, 'run'),
        cache: order.cache,
        pruneBelow: order.pruneBelow,
        checkpoint: checkpoint.folder,
        listener: { onMessage: (text) => onMessage(`${task.id}: ${text}`), shouldStop: () => stopping },
      });
      if (!record) throw new Error('the worker was stopped');
      const answer = { record, files: packFolder(join(folder, 'run')) };
      await checkpoint.remove();
      onMessage(`${task.id}: ${record.state}`);
      return answer;
    } finally {
      checkpoint.pause();
      rmSync(folder, { recursive: true, force: true });
    }
  };

  const worker: Worker<RunJob, RunAnswer> = new BullWorker(
    QUEUE,
    async (job, token) => {
      try {
        return await make(job);
      } catch (error) {
        if (!stopping) throw error;
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
  worker.on('error', (error) => {
    if (!stopping) onMessage(`the queue at ${withoutSecret(address)}: ${messageOf(error)}`);
  });
  try {
    let idle = 0;
    while (!shouldStop() && !(untilEmpty && idle * ASK > 2000)) {
      await new Promise((resolve) => setTimeout(resolve, ASK));
      if (untilEmpty) idle = (await isEmpty(redis)) ? idle + 1 : 0;
    }
  } finally {
    stopping = true;
    await worker.close();
    await pool.close();
    redis.disconnect();
  }
}

/** Whether nothing waits, is being made, or waits to be tried again. */
async function isEmpty(redis: Awaited<ReturnType<typeof connect>>): Promise<boolean> {
  const key = (name: string) => `${PREFIX}:${QUEUE}:${name}`;
  const counts = await Promise.all([redis.llen(key('wait')), redis.llen(key('active')), redis.zcard(key('delayed'))]);
  return counts.every((count) => count === 0);
}

/** The task with this machine's pictures, which must be those of the study. */
async function checkPictures(task: RunTask, data = task.data): Promise<RunTask> {
  const dataset = await openDataset(data);
  if (fingerprint(dataset) !== task.dataFingerprint) {
    throw new Error(
      `the pictures in '${data}' are others than the study's: name their folder on this machine (--data)`,
    );
  }
  return { ...task, data };
}
