import { randomUUID } from 'node:crypto';
import type { Job, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { ATTEMPTS } from '../processPool';
import { PREFIX } from './connection';

/** A job that this worker has, until it says what became of it. Others take it over when its heartbeats cease. */
export interface TakenJob {
  id: string;
  /** of which queue it is */
  queue: string;
  /** what the message holds, unchecked */
  data: unknown;
  /** It is answered. */
  done(): Promise<void>;
  /** It cannot be made; with `again` it is tried again some times. */
  fail(reason: string, options: { again: boolean }): Promise<void>;
  /** Another goes on with it, and it counts as no attempt. */
  giveBack(): Promise<void>;
}

/**
 * The queues from which a worker takes jobs, one after the other in turn. There is one for the runs of each dataset, so that a
 * job only reaches workers that have its pictures.
 */
export class JobQueues {
  private readonly workers = new Map<string, Worker>();
  private served: string[] = [];
  private turn = 0;

  /**
   * @param lease seconds without a heartbeat after which others take a job over
   * @param onError hears of troubles with Redis
   */
  constructor(
    private readonly redis: Redis,
    private readonly lease: number,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Take jobs from this queue, too. */
  async serve(queue: string): Promise<void> {
    if (this.served.includes(queue)) return;
    if (!this.workers.has(queue)) this.workers.set(queue, await this.open(queue));
    this.served.push(queue);
  }

  /** Take no more from the queues that are not wanted. A job at hand is finished. */
  keep(wanted: (queue: string) => boolean): void {
    this.served = this.served.filter(wanted);
  }

  /** The next job, if any waits. */
  async take(): Promise<TakenJob | undefined> {
    for (let i = 0; i < this.served.length; i++) {
      const queue = this.served[this.turn++ % this.served.length]!;
      const token = randomUUID();
      const job = await this.workers.get(queue)!.getNextJob(token, { block: false });
      if (job) return this.taken(job, queue, token);
    }
    return undefined;
  }

  /** Whether nothing waits, is being made, or waits to be tried again. */
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
      () => job.extendLock(token, 1000 * this.lease).catch(this.onError), // who lost it is not the first to answer, at worst
      500 * this.lease,
    );
    const end = async (move: () => Promise<unknown>) => {
      clearInterval(heartbeat);
      await move().catch((error) => {
        // Redis came back without it, or others took it over: the study asks again for what is not answered
        if (!(Number((error as { code?: unknown }).code) < 0)) throw error; // BullMQ's codes for these
      });
    };
    const { UnrecoverableError } = await import('bullmq');
    const fail = (reason: string, again: boolean) =>
      end(() => job.moveToFailed(again ? new Error(reason) : new UnrecoverableError(reason), token));
    if (job.deferredFailure) {
      await fail(job.deferredFailure, false); // too many workers were lost over it
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
