import { writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { messageOf } from './errors';

/*
 * The main module of a `DecoderProcess`: node decoderMain.js SCRIPT PARENT. The first message is the data for the decoder in the
 * script; each other one is a request to it.
 */

/** What the module of a decoder exports as `decode`: from the data come the first answer, and what answers each request after it. */
export type Decode<Data, Answer, Request = never> = (
  data: Data,
) => Promise<{ answer: Answer; next?: (request: Request) => Promise<Answer> }>;

/** What this process sends: an answer, or the first line of an error that the decoder did not expect. */
export type DecoderMessage<Answer> = { answer: Answer } | { error: string };

const [script = '', parent = ''] = process.argv.slice(2);

const send = (message: DecoderMessage<unknown>, sent = () => {}) => process.send!(message, sent);
const fail = (error: unknown) => send({ error: messageOf(error).split('\n')[0]! }, () => process.exit(1));
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

// When the parent ends, so does this process; a decoder that loops endlessly would not hear of it, but another thread does.
process.on('disconnect', () => process.exit(1));
const watch = `setInterval(() => process.ppid === ${Number(parent)} || process.kill(process.pid, 'SIGKILL'), 500)`;
new Worker(watch, { eval: true }).unref();

// Node limits objects, but not buffers: where the memory of the machine is used up, Linux is to end this process and not the parent.
if (process.platform === 'linux') {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {} // a container without /proc
}

let respond = async (data: unknown): Promise<unknown> => {
  const { decode } = require(script) as { decode: Decode<unknown, unknown, unknown> };
  const { answer, next } = await decode(data);
  if (next) respond = next;
  return answer;
};
process.on('message', (message) => respond(message).then((answer) => send({ answer }), fail));
