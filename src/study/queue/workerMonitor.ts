import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { missingWorkersMessage } from './missingWorkers';
import { type StudyEntry, workers } from './presence';

/** Milliseconds between two counts. */
const INTERVAL = 500;
/** Counts without an active worker after which a message says what is missing. */
const COUNTS_WITHOUT_WORKER = 10;

/** Counts the workers that execute runs of a study, and notices if there are none for a while. */
export class WorkerMonitor {
  /** number of runs that are being executed; 1 while there are none, for estimates of the remaining time */
  active = 1;
  private countedAt = Number.NEGATIVE_INFINITY;
  private withoutWorker = 0;
  private message = '';

  /** @param name address of the queue, without a password */
  constructor(
    private readonly redis: Redis,
    private readonly name: string,
  ) {}

  /**
   * Count the active runs, at most every half second.
   *
   * @param hasWaiting whether the study has runs in the queue
   * @returns a new message about missing workers; undefined if there is none
   */
  async count(study: StudyEntry, queue: Pick<Queue, 'getActiveCount'> | undefined, hasWaiting: boolean) {
    if (performance.now() - this.countedAt < INTERVAL) return undefined;
    this.countedAt = performance.now();
    const active = await queue?.getActiveCount();
    this.active = Math.max(1, active ?? 0);
    this.withoutWorker = !hasWaiting || active ? 0 : this.withoutWorker + 1;
    const isAlone = this.withoutWorker >= COUNTS_WITHOUT_WORKER;
    const message = missingWorkersMessage(study, await workers.list(this.redis), this.name, isAlone);
    if (message === undefined || message === this.message) return undefined;
    this.message = message;
    return message;
  }
}
