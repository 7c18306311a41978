import { mkdirSync, rmSync } from 'node:fs';
import type { Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { messageOf, UserError } from '../../core/errors';
import { sha256 } from '../../core/files';
import { failed } from '../execute';
import type { Executor, RunOrder } from '../executor';
import type { RunTask } from '../plan';
import { ATTEMPTS } from '../processPool';
import type { RunRecord } from '../runRecord';
import { receiveAnswer, removeAnswer } from './answers';
import { oneLine } from './checkAnswer';
import { connect, KEPT, openQueue, withoutSecret } from './connection';
import { helpWanted } from './helpWanted';
import { jobId, type RunJob } from './job';
import { SIGN_OF_LIFE, type StudyEntry, studies, workers } from './presence';
import { ownRelease, queueOf, type Release, releaseName } from './release';

/** Milliseconds between two looks for answers: soon after one has come, later while none comes. */
const SOON = 20;
const LATE = 500;
/** Milliseconds between two looks for who works at the queue. */
const COUNT = 500;
/**
 * Runs that wait in the queue beyond those being made. No more, so that a study's budget and pruning decide late, and Redis
 * holds little.
 */
const AHEAD = 8;
/** Looks for workers without any that makes a run, after which the study says what is missing. */
const LONELY = 10;
/** Seconds for which Redis keeps the few keys of a queue that is empty. */
const EMPTY_KEPT = 24 * 3600;

interface Waiting {
  order: RunOrder;
  id: string;
  /** how often it was said to be made, and no answer was there */
  lost: number;
  resolve: (record: RunRecord | undefined) => void;
  reject: (error: unknown) => void;
}

/**
 * Has runs made by whoever works at a queue in Redis.
 *
 * Redis only carries: what is planned and what is saved is in the study's folder. So a run of which Redis knows nothing any
 * more is put into the queue anew, and one that was answered while nobody asked is fetched. An answer is checked before it is
 * believed; one that cannot be true is a failed run with its reason.
 *
 * @param address of Redis. Whoever can write to it can answer: let nobody else reach it
 * @throws {UserError} if it cannot be used
 */
export async function queueExecutor(address: string): Promise<Executor> {
  return executorOf(address, ownRelease);
}

/** {@link queueExecutor} of a release. */
export async function executorOf(address: string, release: Release): Promise<Executor> {
  const redis = await connect(address, { patient: false });
  const executor = new QueueExecutor(redis, withoutSecret(address), release);
  executor.begin();
  return executor;
}

class QueueExecutor implements Executor {
  parallel = 1;
  private readonly waiting = new Map<string, Waiting>();
  /** by the pictures' fingerprint; a study has one */
  private readonly queues = new Map<string, Queue<RunJob>>();
  private study: StudyEntry | undefined;
  private announcedAt = Number.NEGATIVE_INFINITY;
  private countedAt = Number.NEGATIVE_INFINITY;
  private closed = false;
  private away = false;
  private looksAlone = 0;
  private told = '';
  private looking: Promise<void> = Promise.resolve();

  constructor(
    private readonly redis: Redis,
    private readonly name: string,
    private readonly release: Release,
  ) {}

  get slots(): number {
    return this.parallel + AHEAD;
  }

  run(order: RunOrder): Promise<RunRecord | undefined> {
    return new Promise((resolve, reject) => {
      const id = jobId(order.task);
      this.waiting.set(id, { order, id, lost: 0, resolve, reject });
    });
  }

  async saved(task: RunTask): Promise<void> {
    const id = jobId(task);
    try {
      const job = await (await this.queueFor(task)).getJob(id);
      if (job && !(await job.isActive())) await job.remove();
      await removeAnswer(this.redis, id);
    } catch {
      // what is left in Redis expires
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.looking;
    if (this.study) await studies.withdraw(this.redis, entryOf(this.study)).catch(() => {});
    for (const queue of this.queues.values()) {
      await this.letGo(queue).catch(() => {});
      await queue.close().catch(() => {});
    }
    this.redis.disconnect();
  }

  begin(): void {
    this.looking = (async () => {
      for (let pause = SOON; !this.closed; ) {
        const ended = await this.look();
        pause = ended ? SOON : Math.min(LATE, 2 * pause);
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    })();
  }

  /** @returns whether a run has ended */
  private async look(): Promise<boolean> {
    const before = this.waiting.size;
    try {
      await this.announce();
      const asked = await Promise.allSettled([...this.waiting.values()].map((one) => this.ask(one)));
      const refused = asked.find((outcome) => outcome.status === 'rejected');
      if (refused) throw refused.reason;
      await this.countWorkers();
      if (this.away) this.tell(`the queue at ${this.name} answers again`);
      this.away = false;
    } catch (error) {
      if (!this.away) this.tell(`the queue at ${this.name} does not answer (${messageOf(error)}): waiting for it`);
      this.away = true;
      for (const one of this.waiting.values()) if (one.order.listener?.shouldStop?.()) this.end(one, undefined);
    }
    return this.waiting.size < before;
  }

  private async announce(): Promise<void> {
    const [one] = this.waiting.values();
    if (one) {
      const { data, dataFingerprint } = one.order.task;
      this.study = { release: this.release, data, dataFingerprint };
    }
    if (!this.study || performance.now() - this.announcedAt < SIGN_OF_LIFE) return;
    await studies.announce(this.redis, entryOf(this.study), this.study);
    this.announcedAt = performance.now();
  }

  private async ask(one: Waiting): Promise<void> {
    const { task, folder, listener } = one.order;
    if (listener?.shouldStop?.()) {
      await this.withdraw(one);
      this.end(one, undefined);
      return;
    }
    try {
      const record = await this.answerOf(one);
      if (record) this.end(one, record);
    } catch (error) {
      if (error instanceof UserError) {
        this.end(one, failedAnew(task, `its answer cannot be believed: ${oneLine(error.message)}`, folder));
      } else if ((error as NodeJS.ErrnoException).path !== undefined) {
        this.waiting.delete(one.id);
        one.reject(error); // of this machine's disk, not of Redis
      } else {
        throw error;
      }
    }
  }

  private end({ id, resolve }: Waiting, record: RunRecord | undefined): void {
    this.waiting.delete(id);
    resolve(record);
  }

  /** The record of a run that was answered. A run that Redis does not know is handed to it. */
  private async answerOf(one: Waiting): Promise<RunRecord | undefined> {
    const { task, folder, cache = true, pruneBelow = [] } = one.order;
    const queue = await this.queueFor(task);
    const job = (await queue.getJob(one.id)) as Job<RunJob> | undefined;
    if (job && !job.finishedOn) return undefined;
    if (job?.failedReason) {
      const lost = /stalled/.test(job.failedReason);
      return failedAnew(task, lost ? `${ATTEMPTS} workers were lost over it` : oneLine(job.failedReason), folder);
    }
    if (job) {
      const record = await receiveAnswer(this.redis, one.id, task, folder);
      if (record) return record;
      if (++one.lost === ATTEMPTS) {
        return failedAnew(task, `${ATTEMPTS} times it was made, and Redis did not hold all of the answer`, folder);
      }
      await removeAnswer(this.redis, one.id);
      await job.remove();
    }
    const kept = { age: KEPT };
    await queue.add(
      'run',
      { task, cache, pruneBelow: [...pruneBelow] },
      {
        ...{ jobId: one.id, attempts: ATTEMPTS, backoff: 1000, stackTraceLimit: 0 },
        ...{ removeOnComplete: kept, removeOnFail: kept },
      },
    );
    return undefined;
  }

  /** Take a run back that nobody has begun. One that is being made is finished, and its answer waits for the next call. */
  private async withdraw({ id, order }: Waiting): Promise<void> {
    const job = await (await this.queueFor(order.task)).getJob(id);
    if (job && ((await job.isWaiting()) || (await job.isDelayed()))) await job.remove().catch(() => {});
  }

  private async queueFor({ dataFingerprint, dataOptions }: RunTask): Promise<Queue<RunJob>> {
    if (dataOptions) {
      throw new UserError('a study with dataOptions cannot be given to a queue: make its runs here, with --workers');
    }
    const known = this.queues.get(dataFingerprint);
    if (known) return known;
    const opened = await openQueue<RunJob>(this.redis, queueOf(this.release, dataFingerprint));
    const queue = this.queues.get(dataFingerprint) ?? opened; // of two that ask at the same time
    this.queues.set(dataFingerprint, queue);
    return queue;
  }

  /** Let Redis forget a queue in which nothing is. */
  private async letGo(queue: Queue<RunJob>): Promise<void> {
    const counts = await queue.getJobCounts();
    if (Object.values(counts).some((count) => count > 0)) return;
    for (const name of ['id', 'meta', 'events', 'marker', 'stalled-check']) {
      await this.redis.expire(queue.toKey(name), EMPTY_KEPT);
    }
  }

  /** How many make runs; where nobody does for a while, say what is missing. */
  private async countWorkers(): Promise<void> {
    if (!this.study || performance.now() - this.countedAt < COUNT) return;
    this.countedAt = performance.now();
    const active = await this.queues.get(this.study.dataFingerprint)?.getActiveCount();
    this.parallel = Math.max(1, active ?? 0);
    if (this.waiting.size === 0 || active) this.looksAlone = 0;
    else this.looksAlone++;
    const text = helpWanted(this.study, await workers.list(this.redis), this.name, this.looksAlone >= LONELY);
    if (text !== undefined && text !== this.told) this.tell(text);
    this.told = text ?? this.told;
  }

  private tell(text: string): void {
    [...this.waiting.values()][0]?.order.listener?.onMessage?.(text);
  }
}

/** The same for a study that was killed and is resumed. Of two studies of the same pictures one is enough: the other writes it anew. */
function entryOf({ release, data, dataFingerprint }: StudyEntry): string {
  return sha256(JSON.stringify([releaseName(release), data, dataFingerprint]));
}

/** A failed run in a folder that may hold what a bad answer brought. */
function failedAnew(task: RunTask, error: string, folder: string): RunRecord {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return failed(task, error, folder);
}
