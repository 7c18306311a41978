import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { DecoderMessage } from './decoderMain';

const ENDED = 'it is damaged: reading it ended early';
/** Node prints a stack of some kilobytes after the line that says that the memory was used up. */
const MOST_PRINTED = 2 ** 16;

export interface DecoderProcessOptions {
  /** megabytes of JavaScript objects that it may have; more ends it. Default: 4096 */
  megabytes?: number;
}

/**
 * A process for a decoder that a damaged or hostile file could make loop endlessly or use up the memory: this process waits a limited
 * time for each answer, and goes on when the other ends. It ends with this process.
 *
 * A thread would start sooner, but one that uses up its memory ends the whole process on Node 24, and may never end on Node 26.
 */
export class DecoderProcess<Answer> {
  private readonly child: ChildProcess;
  /** what it has printed: libraries print their own diagnostics, which are not shown, as ours say which file */
  private printed = '';
  /** why there are no more answers */
  private ended: string | undefined;

  /**
   * @param script path of the compiled module of the decoder, which exports `decode`
   * @param data what `decode` gets; it is copied
   */
  constructor(script: string, data: unknown, { megabytes = 4096 }: DecoderProcessOptions = {}) {
    this.child = fork(join(__dirname, 'decoderMain.js'), [script, String(process.pid)], {
      execArgv: [`--max-old-space-size=${megabytes}`], // and not the kernel's preload
      env: { ...process.env, NODE_OPTIONS: '' },
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: true, // Ctrl-C and the stop button are meant for this process, which may finish its step first
    });
    this.child.stderr?.on('data', (text) => {
      this.printed = (this.printed + text).slice(-MOST_PRINTED);
    });
    this.child.on('error', (error) => {
      if (this.child.pid === undefined) this.ended ??= `no process could be started to read it (${error.message})`;
    });
    this.child.on('close', () => {
      const isFull = this.printed.includes('heap out of memory');
      this.ended ??= isFull ? `it is damaged (reading it takes more than ${megabytes} MB of memory)` : ENDED;
    });
    this.send(data);
  }

  /**
   * Send a request, if the decoder expects one, and wait for the next answer.
   *
   * @throws {Error} with the reason, when the decoder fails, ends, or takes more seconds
   */
  async next(seconds: number, request?: unknown): Promise<Answer> {
    const { child } = this;
    if (this.ended !== undefined) throw new Error(this.ended);
    let timer: NodeJS.Timeout | undefined;
    const waiting: { [event: string]: (value: unknown) => void } = {};
    try {
      return await new Promise<Answer>((resolve, reject) => {
        waiting.message = (value) => {
          const message = value as DecoderMessage<Answer>;
          if ('answer' in message) resolve(message.answer);
          else reject(new Error(`it is damaged (${message.error})`));
        };
        waiting.close = () => reject(new Error(this.ended)); // comes after all messages
        waiting.error = waiting.close; // it could not be started
        for (const [event, listener] of Object.entries(waiting)) child.on(event, listener);
        timer = setTimeout(() => reject(new Error(`it is damaged: no end after ${seconds} seconds`)), seconds * 1000);
        if (request !== undefined) this.send(request);
      });
    } finally {
      clearTimeout(timer);
      for (const [event, listener] of Object.entries(waiting)) child.off(event, listener);
    }
  }

  /** End the process. */
  async close(): Promise<void> {
    if (this.ended !== undefined) return;
    const closed = new Promise((resolve) => this.child.once('close', resolve));
    this.child.kill('SIGKILL');
    await closed;
  }

  /** If the process has ended, its 'close' event tells. */
  private send(message: unknown): void {
    if (this.child.connected) this.child.send(message as object, () => {});
  }
}
