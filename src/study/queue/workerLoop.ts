import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { messageOf, shown } from '../../core/errors';
import type { Executor } from '../executor';
import { JobQueues } from './jobQueues';
import { makeRun } from './makeRun';
import type { LocalPictures } from './pictures';
import { ALIVE, type Found, HEARTBEAT, ownHost, studies, workers as workersPresent } from './presence';
import { inWords, queueOf, type Release, releaseName } from './release';
import type { FilledOptions } from './workerOptions';

/** Milliseconds between two checks for a job, and whether to stop. */
const POLL = 200;
/** Milliseconds between two checks for studies. */
const STUDY_POLL = 1000;
/** Milliseconds without work after which `untilEmpty` ends the worker: after a study, and before the first one. */
const IDLE = 2000;
const FIRST_STUDY = 60_000;
/** Milliseconds to wait for Redis when the worker ends. */
const CLOSE_TIMEOUT = 5000;

/** What a worker does: announce itself, look for studies, and execute their runs, until it is told to stop. */
export class WorkerLoop {
  private readonly id = randomUUID();
  private readonly queues: JobQueues;
  private readonly running = new Set<Promise<void>>();
  /** for which studies the pictures are on this machine, by their fingerprint */
  private found: Record<string, Found> = {};
  private readonly reported = new Set<string>();
  private stopping = false;
  private trouble = '';
  private workedAt = performance.now();
  private patience = FIRST_STUDY;

  constructor(
    private readonly redis: Redis,
    private readonly address: string,
    private readonly options: FilledOptions,
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
    if (this.reported.has(text) || this.reported.size > 1000) return;
    this.reported.add(text);
    this.options.onMessage(text);
  }

  private onError(error: unknown): void {
    const text = `the queue at ${this.address}: ${messageOf(error)}`;
    if (!this.stopping && text !== this.trouble) this.options.onMessage(text); // while Redis is unreachable the same error repeats
    this.trouble = text;
  }
}
