import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { writeFileAtomically } from '../../files';
import { cacheFolder } from '../../paths';
import { PREFIX } from './connection';

/** Checkpoints of more bytes stay on their machine: Redis keeps all it has in memory. */
const LARGEST = 64 * 2 ** 20;
/** Seconds that Redis keeps one. */
const KEPT = 7 * 24 * 3600;
/** Milliseconds between two looks for a new one. */
const INTERVAL = 2000;

/**
 * The state of a run after its last whole epoch, in a folder of this machine's cache and in Redis, so that a worker on any
 * machine can take the run over.
 */
export class SharedCheckpoint {
  readonly folder: string;
  private readonly key: string;
  private sent = '';
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly redis: Redis,
    id: string,
  ) {
    this.folder = cacheFolder('queue', id);
    this.key = `${PREFIX}:checkpoint:${id}`;
  }

  /** Take what another worker left, and begin to share what this one does. */
  async open(): Promise<void> {
    if (!existsSync(this.folder)) {
      const files = await this.redis.hgetallBuffer(this.key);
      for (const [path, content] of Object.entries(files)) {
        if (/^[\w./-]+$/.test(path) && !path.includes('..')) writeFileAtomically(join(this.folder, path), content);
      }
    }
    this.timer = setInterval(() => void this.share().catch(() => {}), INTERVAL); // what cannot be shared now is so later
  }

  /** Stop sharing; what is there stays for whoever goes on. */
  pause(): void {
    clearInterval(this.timer);
  }

  /** The run has ended: remove it everywhere. */
  async remove(): Promise<void> {
    this.pause();
    rmSync(this.folder, { recursive: true, force: true });
    await this.redis.del(this.key);
  }

  private async share(): Promise<void> {
    if (!existsSync(this.folder)) return;
    const files = readdirSync(this.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name === 'last.safetensors')
      .map(({ parentPath, name }) => {
        const file = join(parentPath, name);
        const { size, mtimeMs } = statSync(file);
        return { file, path: file.slice(this.folder.length + 1), size, mtimeMs };
      });
    const state = JSON.stringify(files);
    const size = files.reduce((sum, file) => sum + file.size, 0);
    if (state === this.sent || files.length === 0 || size > LARGEST) return;
    await this.redis
      .multi()
      .hset(this.key, Object.fromEntries(files.map(({ file, path }) => [path, readFileSync(file)])))
      .expire(this.key, KEPT)
      .exec();
    this.sent = state;
  }
}
