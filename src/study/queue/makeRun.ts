import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { messageOf, UserError } from '../../core/errors';
import { failed } from '../execute';
import type { Executor } from '../executor';
import type { RunTask } from '../plan';
import type { RunRecord } from '../runRecord';
import { isAnswered, sendAnswer } from './answers';
import { SharedCheckpoint } from './checkpoints';
import { checkJob, checkpointId, type RunJob } from './job';
import type { TakenJob } from './jobQueues';
import { TooLargeError } from './packedFolder';
import type { LocalPictures } from './pictures';
import { ownHost } from './presence';

/** What a job needs besides its data. */
interface Surroundings {
  redis: Redis;
  pool: Executor;
  pictures: LocalPictures;
  onMessage: (text: string) => void;
  isStopping: () => boolean;
}

/**
 * Execute the run of a job and answer it. The job is refused if it is invalid, returned to the queue if its pictures are no
 * longer on this machine or the worker stops, and marked as failed after an error.
 */
export async function makeRun(job: TakenJob, surroundings: Surroundings): Promise<'ended' | 'no pictures'> {
  const { redis, pictures, isStopping, onMessage } = surroundings;
  let order: RunJob;
  try {
    order = checkJob(job.data, job.id);
    if (!job.queue.endsWith(order.task.dataFingerprint.slice(0, 16)))
      throw new UserError('it is in the queue of other pictures');
  } catch (error) {
    const why = `the worker on ${ownHost} refuses it: ${messageOf(error)}`;
    onMessage(why);
    await job.fail(why, { again: false });
    return 'ended';
  }
  if (await isAnswered(redis, job.id)) {
    await job.done();
    return 'ended';
  }
  const search = await pictures.find(order.task);
  if (search.found !== 'here') {
    await job.giveBack();
    return 'no pictures';
  }
  try {
    const answered = await executeAndAnswer(
      job.id,
      { ...order, task: { ...order.task, data: search.data } },
      surroundings,
    );
    await (answered ? job.done() : job.giveBack());
  } catch (error) {
    if (isStopping()) await job.giveBack();
    else await job.fail(messageOf(error), { again: true });
  }
  return 'ended';
}

/** Execute a run with a shared checkpoint, and send its result. @returns false if the worker was asked to stop before the end */
async function executeAndAnswer(
  id: string,
  job: RunJob,
  { redis, pool, onMessage, isStopping }: Surroundings,
): Promise<boolean> {
  const { task, cache, pruneBelow, monitor } = job;
  const tell = (text: string) => onMessage(`${task.id}: ${text}`);
  const place = mkdtempSync(join(tmpdir(), 'tunebook-run-'));
  const folder = join(place, 'run');
  const checkpoint = new SharedCheckpoint(redis, checkpointId(job), tell);
  try {
    const epochs = await checkpoint.open();
    tell(epochs > 0 ? `continues after epoch ${epochs}` : 'starts');
    const listener = { onMessage: tell, shouldStop: isStopping };
    const record = await pool.run({
      task,
      folder,
      cache,
      pruneBelow,
      monitor,
      checkpoint: checkpoint.folder,
      listener,
    });
    if (!record) return false;
    await answer(redis, id, { task, record, folder });
    const mayContinue = task.pauseAfter !== undefined && record.state === 'pruned';
    if (!mayContinue) await checkpoint.remove();
    tell(record.state);
    return true;
  } finally {
    await checkpoint.leave();
    rmSync(place, { recursive: true, force: true });
  }
}

/** Send the result of a run; if its files are too large, send a failed run with that reason. */
async function answer(
  redis: Redis,
  id: string,
  { task, record, folder }: { task: RunTask; record: RunRecord; folder: string },
): Promise<void> {
  try {
    await sendAnswer(redis, id, record, folder);
  } catch (error) {
    if (!(error instanceof TooLargeError)) throw error;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    await sendAnswer(redis, id, failed(task, error.message, folder), folder);
  }
}
