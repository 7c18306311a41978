import type { Redis } from 'ioredis';
import type { RunRecord } from '../records';
import { KEPT, PREFIX } from './connection';
import { type Parcel, receiveFolder, sendFolder } from './parcels';

/** What a run came to: the record, and where the files of its folder are. */
interface Answer {
  record: RunRecord;
  parcel: Parcel;
}

const keyOf = (id: string) => `${PREFIX}:answer:${id}`;

async function read(redis: Redis, id: string): Promise<Answer | undefined> {
  const text = await redis.get(keyOf(id));
  return text === null ? undefined : JSON.parse(text);
}

/** Whether a run has been answered. */
export async function isAnswered(redis: Redis, id: string): Promise<boolean> {
  return (await redis.exists(keyOf(id))) > 0;
}

/**
 * Answer a run, once: of two workers that made it the first counts.
 *
 * @throws {TooLargeError} if its files are more than the queue carries
 */
export async function sendAnswer(redis: Redis, id: string, record: RunRecord, folder: string): Promise<void> {
  const parcel = await sendFolder(redis, folder);
  const answer: Answer = { record, parcel };
  const first = await redis.set(keyOf(id), JSON.stringify(answer), 'EX', KEPT, 'NX');
  if (first === null) await redis.del(parcel.key);
}

/**
 * Fetch what a run came to, and its files into `folder`. It stays in Redis until {@link removeAnswer}.
 *
 * @returns undefined if there is no answer, or not all of it any more
 */
export async function receiveAnswer(redis: Redis, id: string, folder: string): Promise<RunRecord | undefined> {
  const answer = await read(redis, id);
  return answer && (await receiveFolder(redis, answer.parcel, folder)) ? answer.record : undefined;
}

/** Forget an answer and its files. */
export async function removeAnswer(redis: Redis, id: string): Promise<void> {
  const answer = await read(redis, id);
  if (answer) await redis.del(keyOf(id), answer.parcel.key);
}
