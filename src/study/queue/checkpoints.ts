import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { writeFileAtomically } from '../../core/files';
import { cacheFolder } from '../../core/paths';
import { checkId, pathBelow } from '../../core/safePath';
import { KEPT, PREFIX } from './connection';

/** Larger checkpoints stay on their machine, as Redis keeps everything in memory. */
const LARGEST = 128 * 2 ** 20;
/** Milliseconds between two checks for a new checkpoint. */
const INTERVAL = 2000;
/** The files of a checkpoint that are shared, below its folder. */
const SHARED = /^(stage-\d{1,3}\/)?last\.safetensors$/;

/**
 * The state of a run after its last complete epoch, in a folder of this machine's cache and in Redis, so that a worker on any
 * machine can continue the run.
 */
export class SharedCheckpoint {
  readonly folder: string;
  private readonly key: string;
  private sent = '';
  private timer: NodeJS.Timeout | undefined;
  private sharing: Promise<void> = Promise.resolve();

  constructor(
    private readonly redis: Redis,
    id: string,
    private readonly onMessage: (text: string) => void,
  ) {
    this.folder = cacheFolder('queue', checkId(id, 'the job'));
    this.key = `${PREFIX}:checkpoint:${id}`;
  }

  /**
   * Fetch the checkpoint of another worker, if there is one, and start to share that of this worker.
   *
   * @returns number of epochs that are done
   */
  async open(): Promise<number> {
    for (const [path, content] of await this.receive()) {
      const file = pathBelow(this.folder, path, 'the checkpoint');
      // the checkpoint in Redis may be of a later epoch than the one on this machine
      if (epochsIn(content) > epochsOf(file)) writeFileAtomically(file, content);
    }
    this.timer = setInterval(() => this.share(), INTERVAL);
    return this.files().reduce((sum, { file }) => sum + epochsOf(file), 0);
  }

  /** Share the last state, and stop sharing. The checkpoint stays for the worker that continues. */
  async leave(): Promise<void> {
    clearInterval(this.timer);
    this.share();
    await this.sharing;
  }

  /** Remove the checkpoint here and in Redis, as the run has ended. */
  async remove(): Promise<void> {
    clearInterval(this.timer);
    await this.sharing;
    rmSync(this.folder, { recursive: true, force: true });
    await this.redis.del(this.key);
  }

  /** Uploads are queued, so that an earlier state cannot overwrite a later one. */
  private share(): void {
    this.sharing = this.sharing.then(() => this.send()).catch(() => {}); // the next upload tries again
  }

  private async send(): Promise<void> {
    const files = this.files();
    const state = JSON.stringify(files);
    if (state === this.sent || files.length === 0) return;
    this.sent = state;
    if (files.reduce((sum, { size }) => sum + size, 0) > LARGEST) {
      await this.redis.del(this.key); // an older checkpoint must not be mistaken for the current one
      this.onMessage(`its checkpoint is larger than ${LARGEST / 2 ** 20} MB and stays on this machine`);
      return;
    }
    try {
      await this.redis
        .multi()
        .hset(this.key, Object.fromEntries(files.map(({ file, path }) => [path, readFileSync(file)])))
        .expire(this.key, KEPT)
        .exec();
    } catch (error) {
      this.sent = '';
      throw error;
    }
  }

  /** Read the checkpoint from Redis; only the files that {@link send} writes, as anyone who can reach Redis can write there. */
  private async receive(): Promise<[path: string, content: Buffer][]> {
    const paths = (await this.redis.hkeys(this.key)).filter((path) => SHARED.test(path));
    const sizes = await Promise.all(paths.map((path) => this.redis.hstrlen(this.key, path)));
    if (sizes.reduce((sum, size) => sum + size, 0) > LARGEST) return [];
    const contents = await Promise.all(paths.map((path) => this.redis.hgetBuffer(this.key, path)));
    return paths.flatMap((path, i) => (contents[i] ? [[path, contents[i]] as [string, Buffer]] : []));
  }

  private files() {
    if (!existsSync(this.folder)) return [];
    return readdirSync(this.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name === 'last.safetensors')
      .map(({ parentPath, name }) => {
        const file = join(parentPath, name);
        const { size, mtimeMs } = statSync(file);
        return { file, path: file.slice(this.folder.length + 1), size, mtimeMs };
      });
  }
}

/** The files of a checkpoint, also one that is being written, and the folders of its stages. */
const FILE = /^\.?(?:last|best)\.safetensors(?:\.\d+\.\w+\.tmp)?$/;
const STAGE = /^stage-\d{1,3}$/;

/**
 * Remove the checkpoints on this machine that have not been used for as long as Redis keeps its copies. Other folders stay: TUNEBOOK_CACHE
 * may name a folder of the user, who has a folder `queue` there.
 */
export function removeOldCheckpoints(now = Date.now()): void {
  const root = cacheFolder('queue');
  if (!existsSync(root)) return;
  for (const name of readdirSync(root)) {
    const folder = join(root, name);
    const stats = statSync(folder, { throwIfNoEntry: false }); // another worker may remove it at the same time
    if (!stats?.isDirectory() || now - stats.mtimeMs <= 1000 * KEPT) continue;
    const content = readdirSync(folder, { recursive: true, withFileTypes: true });
    const isCheckpoint = content.every((entry) => (entry.isDirectory() ? STAGE : FILE).test(entry.name));
    if (isCheckpoint) rmSync(folder, { recursive: true, force: true });
  }
}

/** Number of epochs before a checkpoint; 0 if there is none, or it is damaged. */
function epochsOf(file: string): number {
  if (!existsSync(file)) return 0;
  const descriptor = openSync(file, 'r');
  try {
    const size = Buffer.alloc(8);
    readSync(descriptor, size);
    const header = Buffer.alloc(Math.min(Number(size.readBigUInt64LE()), statSync(file).size));
    readSync(descriptor, header);
    return epochsIn(Buffer.concat([size, header]));
  } finally {
    closeSync(descriptor);
  }
}

/** @param content a safetensors file, at least its header */
function epochsIn(content: Buffer): number {
  try {
    const header = content.subarray(8, 8 + Number(content.readBigUInt64LE()));
    const { epoch } = JSON.parse(JSON.parse(header.toString('utf8')).__metadata__.state);
    return Number.isSafeInteger(epoch) ? epoch : 0;
  } catch {
    return 0;
  }
}
