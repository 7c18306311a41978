import type { Executor } from '../executor';
import { processPool } from '../processPool';
import { removeOldCheckpoints } from './checkpoints';
import { connect, withoutSecret } from './connection';
import { LocalPictures } from './pictures';
import { ownRelease, type Release } from './release';
import { WorkerLoop } from './workerLoop';
import { checkOptions, type FilledOptions, type QueueWorkerOptions } from './workerOptions';

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

/** {@link queueWorker} with a given executor, which it closes at the end, and release. */
export async function workAt(
  address: string,
  options: FilledOptions,
  { pool, release }: { pool: Executor; release: Release },
): Promise<void> {
  try {
    const pictures = new LocalPictures(options.data, options.onMessage);
    const redis = await connect(address, { patient: true });
    removeOldCheckpoints();
    await new WorkerLoop(redis, withoutSecret(address), options, pool, release, pictures).run();
  } finally {
    await pool.close();
  }
}
