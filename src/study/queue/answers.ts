import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { messageOf, UserError } from '../../core/errors';
import { parseJson } from '../../core/readBounded';
import type { RunTask } from '../plan';
import type { RunRecord } from '../runRecord';
import { checkFiles, checkRecordOf } from './checkAnswer';
import { KEPT, PREFIX } from './connection';
import { objectOf } from './job';
import { checkPackedFolder, type PackedFolder, receiveFolder, sendFolder } from './packedFolder';

/** The most bytes of an answer without its files: most of it is a number for each epoch. */
const LARGEST = 8 * 2 ** 20;

/** A worker's answer to a job: the record of the run, and where in Redis the files of its folder are. */
interface Answer {
  record: RunRecord;
  files: PackedFolder;
}

const keyOf = (id: string) => `${PREFIX}:answer:${id}`;

/** Whether a run has been answered. */
export async function isAnswered(redis: Redis, id: string): Promise<boolean> {
  return (await redis.exists(keyOf(id))) > 0;
}

/**
 * Put the result of a run into Redis. If two workers have executed it, the first answer counts.
 *
 * @throws {TooLargeError} if its files are larger than a queue allows
 */
export async function sendAnswer(redis: Redis, id: string, record: RunRecord, folder: string): Promise<void> {
  const files = await sendFolder(redis, folder);
  const answer: Answer = { record, files };
  const first = await redis.set(keyOf(id), JSON.stringify(answer), 'EX', KEPT, 'NX');
  if (first !== null) return;
  // the client may have sent this answer twice, because the connection was lost before Redis replied
  const stored = (await read(redis, id)) as Partial<Answer> | undefined;
  if (stored?.files?.key !== files.key) await redis.del(files.key);
}

/**
 * Fetch the result of a run, and its files into `folder`. Both are checked, as anyone who can reach Redis can write them. The
 * answer stays in Redis until {@link removeAnswer}.
 *
 * @returns undefined if there is no answer, or parts of it have expired
 * @throws {UserError} in one line if it cannot be the answer to that run
 */
export async function receiveAnswer(
  redis: Redis,
  id: string,
  task: RunTask,
  folder: string,
): Promise<RunRecord | undefined> {
  const answer = await read(redis, id);
  if (answer === undefined) return undefined;
  const record = checkRecordOf(task, answer.record);
  const files = checkPackedFolder(answer.files);
  if (!(await receiveFolder(redis, files, folder))) return undefined;
  checkFiles(folder, record);
  writeFileSync(join(folder, 'run.json'), `${JSON.stringify(record, null, 2)}\n`); // only what has been checked
  return record;
}

/** Remove an answer and its files from Redis. */
export async function removeAnswer(redis: Redis, id: string): Promise<void> {
  const keys = [keyOf(id)];
  try {
    const answer = await read(redis, id);
    if (answer) keys.push(checkPackedFolder(answer.files).key);
  } catch (error) {
    if (!(error instanceof UserError)) throw error; // an answer that cannot be read does not name its files
  }
  await redis.del(...keys);
}

async function read(redis: Redis, id: string): Promise<Record<string, unknown> | undefined> {
  const key = keyOf(id);
  try {
    const bytes = await redis.strlen(key);
    if (bytes > LARGEST)
      throw new UserError(`it has ${(bytes / 2 ** 20).toFixed(1)} MB, expected at most ${LARGEST / 2 ** 20} MB`);
    const text = await redis.getrange(key, 0, LARGEST);
    return text === '' ? undefined : objectOf(parseJson(text, 'it'), 'it');
  } catch (error) {
    throw /^WRONGTYPE/.test(messageOf(error)) ? new UserError('it has another type in Redis') : error;
  }
}
