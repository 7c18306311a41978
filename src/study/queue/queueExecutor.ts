import { mkdirSync, rmSync } from 'node:fs';
import type { Job } from 'bullmq';
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
import { connect, KEPT, withoutSecret } from './connection';
import { jobId, type RunJob } from './job';
import { HEARTBEAT, type StudyEntry, studies } from './presence';
import { ownRelease, type Release, releaseName } from './release';
import { RunQueues } from './runQueues';
import { WorkerMonitor } from './workerMonitor';

/** Milliseconds between two polls for answers: short after an answer, longer while none arrives. */
const SHORTEST_PAUSE = 20;
const LONGEST_PAUSE = 500;
/**
 * Runs that wait in the queue in addition to those being executed. Few, so that the study's budget and pruning decide as late
 * as possible, and Redis holds little.
 */
const AHEAD = 8;

interface Waiting {
  order: RunOrder;
  job: RunJob;
  id: string;
  /** how often the job had ended, but its answer was missing */
  lost: number;
  resolve: (record: RunRecord | undefined) => void;
  reject: (error: unknown) => void;
}

/**
 * Make an executor that has the runs of a study executed by the workers at a queue in Redis: see {@link queueWorker}.
 *
 * The plan and the finished runs are in the study's folder only, and Redis just transports jobs and answers. So runs that Redis
 * has lost are queued again, and answers that arrived while the study was not running are fetched when it is resumed. Answers
 * are checked; an invalid one becomes a failed run with its reason.
 *
 * @param address of Redis, such as `redis://host:6379`, or `rediss://` for TLS. Anyone who can write to it can answer jobs, so
 *   restrict access to it
 * @throws {UserError} if the address is invalid, or Redis does not answer
 *
 * @example
 * ```ts no-run
 * import { studies, study } from 'tunebook';
 * const executor = () => studies.queueExecutor('redis://localhost:6379');
 * const { rows } = await study({ data: 'photos', axes: { dropout: [0, 0.5] }, seeds: 3, executor });
 * console.log(studies.leaderboardText(rows));
 * ```
 */
export async function queueExecutor(address: string): Promise<Executor> {
  return executorOf(address, ownRelease);
}

/** {@link queueExecutor} for a given release. */
export async function executorOf(address: string, release: Release): Promise<Executor> {
  const redis = await connect(address, { patient: false });
  const executor = new QueueExecutor(redis, withoutSecret(address), release);
  executor.begin();
  return executor;
}

class QueueExecutor implements Executor {
  private readonly waiting = new Map<string, Waiting>();
  /** ids of the jobs of runs that are not saved yet, by id of the run */
  private readonly ids = new Map<string, string>();
  private readonly queues: RunQueues;
  private study: StudyEntry | undefined;
  private announcedAt = Number.NEGATIVE_INFINITY;
  private closed = false;
  private away = false;
  private readonly monitor: WorkerMonitor;
  private polling: Promise<void> = Promise.resolve();

  constructor(
    private readonly redis: Redis,
    private readonly name: string,
    private readonly release: Release,
  ) {
    this.queues = new RunQueues(redis, release);
    this.monitor = new WorkerMonitor(redis, name);
  }

  get parallel(): number {
    return this.monitor.active;
  }

  get slots(): number {
    return this.parallel + AHEAD;
  }

  run(order: RunOrder): Promise<RunRecord | undefined> {
    return new Promise((resolve, reject) => {
      const { task, cache = true, pruneBelow = [], monitor = 'accuracy' } = order;
      const job: RunJob = { task, cache, pruneBelow: [...pruneBelow], monitor };
      const id = jobId(task, job);
      this.ids.set(task.id, id);
      this.waiting.set(id, { order, job, id, lost: 0, resolve, reject });
    });
  }

  async saved(task: RunTask): Promise<void> {
    const id = this.ids.get(task.id) ?? jobId(task); // of a run that was saved before: the id it has unless it could be pruned
    this.ids.delete(task.id);
    try {
      const job = await (await this.queues.open(task)).getJob(id);
      if (job && !(await job.isActive())) await job.remove();
      await removeAnswer(this.redis, id);
    } catch {
      // what is left in Redis expires
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.polling;
    if (this.study) await studies.withdraw(this.redis, entryOf(this.study)).catch(() => {});
    await this.queues.close();
    this.redis.disconnect();
  }

  begin(): void {
    this.polling = (async () => {
      for (let pause = SHORTEST_PAUSE; !this.closed; ) {
        const ended = await this.poll();
        pause = ended ? SHORTEST_PAUSE : Math.min(LONGEST_PAUSE, 2 * pause);
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    })();
  }

  /** @returns whether a run has ended */
  private async poll(): Promise<boolean> {
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
    if (!this.study || performance.now() - this.announcedAt < HEARTBEAT) return;
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
        this.end(one, failedAnew(task, `its answer is invalid: ${oneLine(error.message)}`, folder));
      } else if ((error as NodeJS.ErrnoException).path !== undefined) {
        this.waiting.delete(one.id);
        one.reject(error); // an error of this machine's disk, not of Redis
      } else {
        throw error;
      }
    }
  }

  private end({ id, resolve }: Waiting, record: RunRecord | undefined): void {
    this.waiting.delete(id);
    resolve(record);
  }

  /** The record of a run that has been answered. A run that Redis does not know is put into the queue. */
  private async answerOf(one: Waiting): Promise<RunRecord | undefined> {
    const { task, folder } = one.order;
    const queue = await this.queues.open(task);
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
    const retention = { age: KEPT };
    await queue.add('run', one.job, {
      ...{ jobId: one.id, attempts: ATTEMPTS, backoff: 1000, stackTraceLimit: 0 },
      ...{ removeOnComplete: retention, removeOnFail: retention },
    });
    return undefined;
  }

  /** Remove a waiting run from the queue. One that is being executed is finished, and its answer waits until the study is resumed. */
  private async withdraw({ id, order }: Waiting): Promise<void> {
    const job = await (await this.queues.open(order.task)).getJob(id);
    if (job && ((await job.isWaiting()) || (await job.isDelayed()))) await job.remove().catch(() => {});
  }

  private async countWorkers(): Promise<void> {
    if (!this.study) return;
    const queue = this.queues.get(this.study.dataFingerprint);
    const text = await this.monitor.count(this.study, queue, this.waiting.size > 0);
    if (text !== undefined) this.tell(text);
  }

  private tell(text: string): void {
    [...this.waiting.values()][0]?.order.listener?.onMessage?.(text);
  }
}

/** Id of a study's entry: the same when it is resumed, and for two studies of the same pictures, either of which renews it. */
function entryOf({ release, data, dataFingerprint }: StudyEntry): string {
  return sha256(JSON.stringify([releaseName(release), data, dataFingerprint]));
}

/** Record a failed run, in a folder that may hold files of an invalid answer. */
function failedAnew(task: RunTask, error: string, folder: string): RunRecord {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return failed(task, error, folder);
}
