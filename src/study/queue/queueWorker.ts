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
import { ALIVE, type Found, ownHost, SIGN_OF_LIFE, studies, workers as workersPresent } from './presence';
import { inWords, ownRelease, queueOf, type Release, releaseName } from './release';

export interface QueueWorkerOptions {
  /** runs at a time; default 1 */
  workers?: number;
  /** cores that they share; default: all */
  cores?: number;
  /** folders below which pictures may be read; default: the current folder, and what datasets go by a name */
  data?: readonly string[];
  /** seconds without a heartbeat after which others take a run over; default 30, the same for all workers of a queue */
  lease?: number;
  /** end when nothing is left to do; default false. Where no study has come yet, one is waited for, a minute long */
  untilEmpty?: boolean;
  /** hears what happens */
  onMessage?: (text: string) => void;
  /** asked now and then; `true` ends after handing the runs at hand back, where others go on with them */
  shouldStop?: () => boolean;
}

type Optional = 'cores' | 'data';
type Options = Required<Omit<QueueWorkerOptions, Optional>> & Pick<QueueWorkerOptions, Optional>;

/** Milliseconds between two questions whether there is a job, and whether to stop. */
const ASK = 200;
/** Milliseconds between two looks for studies. */
const LOOK = 1000;
/** Milliseconds without anything to do after which it is the end, and before the first study. */
const IDLE = 2000;
const FIRST_STUDY = 60_000;
/** Milliseconds for Redis to hear that a worker ends. */
const FAREWELL = 5000;

/**
 * Work at a queue: make its runs, whichever study they are of, until told to stop.
 *
 * It takes runs of its own release whose pictures it may read and has; what else is wrong with a run is that run's failure. The
 * training runs in processes of its own, so that heartbeats go on while TensorFlow computes. A worker that is lost leaves its
 * run's checkpoint, from which the next one goes on; a run over which three are lost fails.
 *
 * @param address of Redis. Whoever can write to it can give work: let nobody else reach it
 * @throws {UserError} if it cannot be used, or a folder of `data` does not exist
 */
export async function queueWorker(address: string, options?: QueueWorkerOptions): Promise<void> {
  const checked = checkOptions(options);
  await workAt(address, checked, { pool: processPool(checked.workers, checked.cores), release: ownRelease });
}

/** What `queueWorker` takes, with all defaults. */
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

/** {@link queueWorker} with whatever makes the runs, which it closes. */
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
  /** of which studies the pictures are here, by their fingerprint */
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
    this.repeat(SIGN_OF_LIFE, () => this.announce());
    this.repeat(LOOK, () => this.lookForStudies());
    for (let i = 0; i < workers; i++) this.repeat(ASK, () => this.makeWhatWaits());
    try {
      while (!shouldStop() && !(untilEmpty && this.isIdle())) await sleep(ASK);
    } finally {
      this.stopping = true;
      // they end after the batch at hand, and are handed back; where Redis is away they cannot be
      await Promise.race([Promise.allSettled(this.running), this.redisIsAway()]);
      const farewell = Promise.all([workersPresent.withdraw(this.redis, this.id), this.queues.close()]).catch(() => {});
      // where Redis is away, others find out by the missing heartbeats
      await Promise.race([farewell, sleep(FAREWELL, undefined, { ref: false })]);
      this.redis.disconnect();
    }
  }

  /** Do something again and again until the end; while Redis is away it waits for it. */
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

  /** Until Redis has been away for as long as a farewell may take. */
  private async redisIsAway(): Promise<void> {
    for (let seen = performance.now(); performance.now() - seen < FAREWELL; ) {
      await sleep(ASK, undefined, { ref: false });
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

  /** One run after the other, until none waits. */
  private async makeWhatWaits(): Promise<void> {
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
      `a study of tunebook ${theirs} waits for workers of its version: this one is ${ours}, and may not compute the same`,
    );
  }

  private tellWithout(data: string, found: Exclude<Found, 'here'>): void {
    const why = {
      outside: 'lie below none of the folders that it may read',
      missing: 'are not on this machine',
      different: 'are others here',
    }[found];
    this.tellOnce(`a study waits whose pictures (${shown(data)}) ${why}: name their folder on this machine (--data)`);
  }

  private tellOnce(text: string): void {
    if (this.told.has(text) || this.told.size > 1000) return;
    this.told.add(text);
    this.options.onMessage(text);
  }

  private onError(error: unknown): void {
    const text = `the queue at ${this.address}: ${messageOf(error)}`;
    if (!this.stopping && text !== this.trouble) this.options.onMessage(text); // while Redis is away the same comes again and again
    this.trouble = text;
  }
}
