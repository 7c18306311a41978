import { randomUUID } from 'node:crypto';
import type { Job, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { ATTEMPTS } from '../processPool';
import { PREFIX } from './connection';

/** A job that this worker has taken from a queue. If its heartbeats stop, another worker takes it over. */
export interface TakenJob {
  id: string;
  /** name of the queue */
  queue: string;
  /** the data of the job, unchecked */
  data: unknown;
  /** Mark the job as answered. */
  done(): Promise<void>;
  /** Mark the job as failed; with `again` it is attempted again, up to the limit. */
  fail(reason: string, options: { again: boolean }): Promise<void>;
  /** Return the job to the queue for another worker; this does not count as an attempt. */
  giveBack(): Promise<void>;
}

/**
 * The queues from which a worker takes jobs, in turn. There is one queue for each dataset, so that a job reaches only workers
 * that have its pictures.
 */
export class JobQueues {
  private readonly workers = new Map<string, Worker>();
  private served: string[] = [];
  private turn = 0;

  /**
   * @param lease seconds without a heartbeat after which others take a job over
   * @param onError called with errors of the connection to Redis
   */
  constructor(
    private readonly redis: Redis,
    private readonly lease: number,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Take jobs from a queue, in addition to the others. */
  async serve(queue: string): Promise<void> {
    if (this.served.includes(queue)) return;
    if (!this.workers.has(queue)) this.workers.set(queue, await this.open(queue));
    this.served.push(queue);
  }

  /** Stop taking jobs from all queues but the wanted ones. Jobs that have been taken are finished. */
  keep(wanted: (queue: string) => boolean): void {
    this.served = this.served.filter(wanted);
  }

  /** Take the next waiting job, if there is one. */
  async take(): Promise<TakenJob | undefined> {
    for (let i = 0; i < this.served.length; i++) {
      const queue = this.served[this.turn++ % this.served.length]!;
      const token = randomUUID();
      const job = await this.workers.get(queue)!.getNextJob(token, { block: false });
      if (job) return this.taken(job, queue, token);
    }
    return undefined;
  }

  /** Whether no job is waiting, active, or delayed until its next attempt. */
  async isEmpty(): Promise<boolean> {
    for (const queue of this.served) {
      const key = (name: string) => `${PREFIX}:${queue}:${name}`;
      const [wait, active, delayed] = await Promise.all([
        this.redis.llen(key('wait')),
        this.redis.llen(key('active')),
        this.redis.zcard(key('delayed')),
      ]);
      if (wait + active + delayed > 0) return false;
    }
    return true;
  }

  async close(): Promise<void> {
    this.served = [];
    await Promise.all([...this.workers.values()].map((worker) => worker.close(true)));
  }

  private async open(queue: string): Promise<Worker> {
    const { Worker: BullWorker } = await import('bullmq');
    const worker = new BullWorker(queue, null, {
      connection: this.redis,
      prefix: PREFIX,
      lockDuration: 1000 * this.lease,
      stalledInterval: 500 * this.lease,
      maxStalledCount: ATTEMPTS - 1,
    });
    worker.on('error', this.onError);
    await worker.startStalledCheckTimer();
    return worker;
  }

  private async taken(job: Job, queue: string, token: string): Promise<TakenJob | undefined> {
    const heartbeat = setInterval(
      () => job.extendLock(token, 1000 * this.lease).catch(this.onError), // if the lock is lost, another worker may answer first
      500 * this.lease,
    );
    const end = async (move: () => Promise<unknown>) => {
      clearInterval(heartbeat);
      await move().catch((error) => {
        // Redis restarted without the job, or another worker took it over; the study queues unanswered runs again
        if (!(Number((error as { code?: unknown }).code) < 0)) throw error; // BullMQ's error codes for these cases are negative
      });
    };
    const { UnrecoverableError } = await import('bullmq');
    const fail = (reason: string, again: boolean) =>
      end(() => job.moveToFailed(again ? new Error(reason) : new UnrecoverableError(reason), token));
    if (job.deferredFailure) {
      await fail(job.deferredFailure, false); // too many workers died while they executed it
      return undefined;
    }
    return {
      ...{ id: String(job.id), queue, data: job.data },
      done: () => end(() => job.moveToCompleted(null, token, false)),
      fail: (reason, { again }) => fail(reason, again),
      giveBack: () => end(() => job.moveToWait(token)),
    };
  }
}
