import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { messageOf, shown } from '../../core/errors';
import { checkNumber, withDefaults } from '../../core/options';
import type { Executor } from '../executor';
import { processPool } from '../processPool';
import { removeOldCheckpoints } from './checkpoints';
import { connect, withoutSecret } from './connection';
import { JobQueues } from './jobQueues';
import { makeRun } from './makeRun';
import { LocalPictures } from './pictures';
import { ALIVE, type Found, HEARTBEAT, ownHost, studies, workers as workersPresent } from './presence';
import { inWords, ownRelease, queueOf, type Release, releaseName } from './release';

/** Options of `queueWorker`. */
export interface QueueWorkerOptions {
  /** runs that are executed at a time, 1 to 256. Default: 1 */
  workers?: number;
  /** number of processor cores that they share. Default: all */
  cores?: number;
  /** folders below which pictures may be read, besides sample and public datasets. Default: the current folder */
  data?: readonly string[];
  /** seconds without a heartbeat after which other workers take a run over, the same for all workers of a queue. Default: 30 */
  lease?: number;
  /** end when the queue is empty; if there has been no study yet, wait a minute for one. Default: false */
  untilEmpty?: boolean;
  /** called with messages about studies and runs. Default: none */
  onMessage?: (text: string) => void;
  /** called regularly; `true` ends the worker, and other workers continue its runs. Default: never */
  shouldStop?: () => boolean;
}

type Optional = 'cores' | 'data';
type Options = Required<Omit<QueueWorkerOptions, Optional>> & Pick<QueueWorkerOptions, Optional>;

/** Milliseconds between two checks for a job, and whether to stop. */
const POLL = 200;
/** Milliseconds between two checks for studies. */
const STUDY_POLL = 1000;
/** Milliseconds without work after which `untilEmpty` ends the worker: after a study, and before the first one. */
const IDLE = 2000;
const FIRST_STUDY = 60_000;
/** Milliseconds to wait for Redis when the worker ends. */
const CLOSE_TIMEOUT = 5000;

/**
 * Execute the runs in a queue, of all studies, until it is told to stop: what `tunebook worker` does.
 *
 * A worker takes only runs of its own version of tunebook, and of pictures that it has. Runs are executed in other processes, so
 * that heartbeats continue while TensorFlow computes. If a worker dies, another continues its run from the checkpoint; a run
 * during which three workers die fails.
 *
 * @param address of Redis, such as `redis://host:6379`, or `rediss://` for TLS. Anyone who can write to it can give jobs, so
 *   restrict access to it
 * @throws {UserError} if the address is invalid, Redis does not answer, or a folder of `data` does not exist
 *
 * @example
 * ```ts no-run
 * import { studies } from 'tunebook';
 * await studies.queueWorker('redis://localhost:6379', { workers: 2, untilEmpty: true, onMessage: console.log });
 * ```
 */
export async function queueWorker(address: string, options?: QueueWorkerOptions): Promise<void> {
  const checked = checkOptions(options);
  await workAt(address, checked, { pool: processPool(checked.workers, checked.cores), release: ownRelease });
}

/** The options of `queueWorker`, checked, with all defaults. */
export function checkOptions(options?: QueueWorkerOptions): Options {
  const checked = withDefaults<Options>('worker', options, {
    workers: 1,
    cores: undefined,
    data: undefined,
    lease: 30,
    untilEmpty: false,
    onMessage: () => {},
    shouldStop: () => false,
  });
  checkNumber('worker: lease', checked.lease, { min: 1 });
  return checked;
}

/** {@link queueWorker} with a given executor, which it closes at the end, and release. */
export async function workAt(
  address: string,
  options: Options,
  { pool, release }: { pool: Executor; release: Release },
): Promise<void> {
  try {
    const pictures = new LocalPictures(options.data, options.onMessage);
    const redis = await connect(address, { patient: true });
    removeOldCheckpoints();
    await new QueueWorker(redis, withoutSecret(address), options, pool, release, pictures).run();
  } finally {
    await pool.close();
  }
}

class QueueWorker {
  private readonly id = randomUUID();
  private readonly queues: JobQueues;
  private readonly running = new Set<Promise<void>>();
  /** for which studies the pictures are on this machine, by their fingerprint */
  private found: Record<string, Found> = {};
  private readonly told = new Set<string>();
  private stopping = false;
  private trouble = '';
  private workedAt = performance.now();
  private patience = FIRST_STUDY;

  constructor(
    private readonly redis: Redis,
    private readonly address: string,
    private readonly options: Options,
    private readonly pool: Executor,
    private readonly release: Release,
    private readonly pictures: LocalPictures,
  ) {
    this.queues = new JobQueues(redis, options.lease, (error) => this.onError(error));
  }

  async run(): Promise<void> {
    const { workers, untilEmpty, shouldStop } = this.options;
    this.repeat(HEARTBEAT, () => this.announce());
    this.repeat(STUDY_POLL, () => this.lookForStudies());
    for (let i = 0; i < workers; i++) this.repeat(POLL, () => this.executeWaiting());
    try {
      while (!shouldStop() && !(untilEmpty && this.isIdle())) await sleep(POLL);
    } finally {
      this.stopping = true;
      // runs end after the current batch and are returned to the queue, which needs Redis
      await Promise.race([Promise.allSettled(this.running), this.redisIsAway()]);
      const closing = Promise.all([workersPresent.withdraw(this.redis, this.id), this.queues.close()]).catch(() => {});
      // if Redis is unreachable, other workers notice the missing heartbeats
      await Promise.race([closing, sleep(CLOSE_TIMEOUT, undefined, { ref: false })]);
      this.redis.disconnect();
    }
  }

  /** Repeat something until the worker ends. Errors, as of an unreachable Redis, are reported. */
  private async repeat(pause: number, work: () => Promise<void>): Promise<void> {
    while (!this.stopping) {
      await work().catch((error) => this.onError(error));
      await sleep(pause, undefined, { ref: false });
    }
  }

  private isIdle(): boolean {
    if (this.running.size > 0) this.workedAt = performance.now();
    return performance.now() - this.workedAt > this.patience;
  }

  /** Resolves when Redis has been unreachable for longer than {@link CLOSE_TIMEOUT}. */
  private async redisIsAway(): Promise<void> {
    for (let seen = performance.now(); performance.now() - seen < CLOSE_TIMEOUT; ) {
      await sleep(POLL, undefined, { ref: false });
      if (this.redis.status === 'ready') seen = performance.now();
    }
  }

  private async announce(): Promise<void> {
    await workersPresent.announce(this.redis, this.id, {
      release: this.release,
      host: ownHost,
      pictures: this.found,
    });
  }

  private async lookForStudies(): Promise<void> {
    const found: Record<string, Found> = {};
    const wanted = new Set<string>();
    for (const study of await studies.list(this.redis)) {
      const isAlive = study.seconds < ALIVE;
      if (releaseName(study.release) !== releaseName(this.release)) {
        if (isAlive) this.tellOtherRelease(study.release);
        continue;
      }
      const search = await this.pictures.find(study);
      if (found[study.dataFingerprint] !== 'here') found[study.dataFingerprint] = search.found;
      if (search.found === 'here') {
        const queue = queueOf(this.release, study.dataFingerprint);
        wanted.add(queue);
        await this.queues.serve(queue);
        if (isAlive) this.sawWork();
      } else if (isAlive) {
        this.tellWithout(study.data, search.found);
      }
    }
    const changed = JSON.stringify(found) !== JSON.stringify(this.found);
    this.found = found;
    this.queues.keep((queue) => wanted.has(queue));
    if (!(await this.queues.isEmpty())) this.sawWork();
    if (changed) await this.announce();
  }

  private sawWork(): void {
    this.workedAt = performance.now();
    this.patience = IDLE;
  }

  /** Execute waiting runs one after the other. */
  private async executeWaiting(): Promise<void> {
    while (!this.stopping) {
      const job = await this.queues.take();
      if (!job) return;
      this.trouble = '';
      const making = makeRun(job, {
        redis: this.redis,
        pool: this.pool,
        pictures: this.pictures,
        onMessage: this.options.onMessage,
        isStopping: () => this.stopping,
      });
      const run = making.then((outcome) => {
        if (outcome === 'no pictures') this.queues.keep((queue) => queue !== job.queue);
      });
      this.running.add(run);
      await run.finally(() => this.running.delete(run));
    }
  }

  private tellOtherRelease(release: Release): void {
    const [theirs, ours] = [inWords(release, this.release), inWords(this.release, release)];
    this.tellOnce(
      `a study of tunebook ${theirs} waits for workers of its version: this worker has version ${ours}, and its results may differ`,
    );
  }

  private tellWithout(data: string, found: Exclude<Found, 'here'>): void {
    const why = {
      outside: 'are not below the folders that it may read',
      missing: 'are not on this machine',
      different: 'differ from those on this machine',
    }[found];
    this.tellOnce(
      `a study is waiting, but its pictures (${shown(data)}) ${why}: give their folder on this machine (--data)`,
    );
  }

  private tellOnce(text: string): void {
    if (this.told.has(text) || this.told.size > 1000) return;
    this.told.add(text);
    this.options.onMessage(text);
  }

  private onError(error: unknown): void {
    const text = `the queue at ${this.address}: ${messageOf(error)}`;
    if (!this.stopping && text !== this.trouble) this.options.onMessage(text); // while Redis is unreachable the same error repeats
    this.trouble = text;
  }
}
