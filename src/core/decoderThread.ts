import { type TransferListItem, Worker } from 'node:worker_threads';
import { messageOf } from './errors';

const ENDED = 'it is damaged: reading it ended early';

export interface DecoderThreadOptions {
  /** objects in `data` that move to the thread instead of being copied */
  transferList?: TransferListItem[];
  /** megabytes of JavaScript objects that it may have; more ends it. Default: 4096 */
  megabytes?: number;
}

/**
 * A thread for a decoder that a damaged or hostile file could make loop endlessly or use up the memory: this process waits a limited
 * time for each answer, and goes on when the thread ends.
 */
export class DecoderThread<Answer> {
  private readonly worker: Worker;
  private hasEnded = false;

  /**
   * @param script path of the thread's compiled module
   * @param data its `workerData`
   */
  constructor(script: string, data: unknown, { transferList = [], megabytes = 4096 }: DecoderThreadOptions = {}) {
    this.worker = new Worker(script, {
      workerData: data,
      transferList,
      resourceLimits: { maxOldGenerationSizeMb: megabytes },
      execArgv: [], // not the kernel's preload
      stdout: true,
      stderr: true, // libraries print their own diagnostics; ours say which file
    });
    this.worker.on('error', () => {}); // while nobody waits for an answer
    this.worker.on('exit', () => {
      this.hasEnded = true;
    });
  }

  /**
   * Send a request, if the thread expects one, and wait for the next answer.
   *
   * @throws {Error} with the reason, when the thread fails, ends, or takes more seconds
   */
  async next(seconds: number, request?: unknown): Promise<Answer> {
    const { worker } = this;
    if (this.hasEnded) throw new Error(ENDED);
    let timer: NodeJS.Timeout | undefined;
    const waiting: { [event: string]: (value: unknown) => void } = {};
    try {
      return await new Promise<Answer>((resolve, reject) => {
        waiting.message = (answer) => resolve(answer as Answer);
        waiting.error = (error) => reject(new Error(`it is damaged (${messageOf(error).split('\n')[0]})`));
        waiting.exit = () => reject(new Error(ENDED));
        for (const [event, listener] of Object.entries(waiting)) worker.on(event, listener);
        timer = setTimeout(() => reject(new Error(`it is damaged: no end after ${seconds} seconds`)), seconds * 1000);
        if (request !== undefined) worker.postMessage(request);
      });
    } finally {
      clearTimeout(timer);
      for (const [event, listener] of Object.entries(waiting)) worker.off(event, listener);
    }
  }

  /** End the thread. */
  async close(): Promise<void> {
    await this.worker.terminate();
  }
}
