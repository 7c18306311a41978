import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { UserError } from '../../core/errors';
import type { Hdf5Request } from './hdf5Worker';
import { LARGEST_FILE, type SavedWeights } from './savedWeights';

const SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');

/** A file of the largest backbone takes some seconds; one that takes minutes has sent the library into an endless loop. */
const LONGEST_READ_SECONDS = 120;

export const isHdf5 = (content: Buffer): boolean => content.subarray(0, SIGNATURE.length).equals(SIGNATURE);

export interface ReadHdf5Options {
  /** all arrays together may have so many bytes; default 2 GB */
  limit?: number;
  seconds?: number;
}

/**
 * Read the weights of a Keras HDF5 file: legacy `.h5` of weights or of a whole model, or `.weights.h5` of Keras 3.
 *
 * @param content the file's bytes; they are transferred to another thread and must not be used afterwards
 * @param source what to call the file in errors
 * @throws {UserError} that says what is wrong with the file
 */
export async function readHdf5(
  content: Buffer,
  source: string,
  { limit = LARGEST_FILE, seconds = LONGEST_READ_SECONDS }: ReadHdf5Options = {},
): Promise<SavedWeights> {
  const wrong = (reason: string) => new UserError(`${source} is no readable HDF5 file of weights: ${reason}`);
  // A buffer of its own can be handed to the thread; a part of another one is copied.
  const whole = content.byteOffset === 0 && content.buffer.byteLength === content.length;
  const bytes = whole ? new Uint8Array(content.buffer) : new Uint8Array(content);
  const worker = new Worker(join(__dirname, 'hdf5Worker.js'), {
    workerData: { content: bytes, limit } satisfies Hdf5Request,
    transferList: [bytes.buffer as ArrayBuffer],
    execArgv: [], // not the kernel's preload
    stdout: true,
    stderr: true, // the library prints its own diagnostics; ours say which file
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<SavedWeights>((resolve, reject) => {
      worker.on('message', (answer: { saved?: SavedWeights; reason?: string; expected?: boolean }) => {
        if (answer.saved) resolve(answer.saved);
        else reject(wrong(answer.expected ? answer.reason! : `it is damaged (${answer.reason})`));
      });
      worker.on('error', (error) => reject(wrong(`it is damaged (${error.message.split('\n')[0]})`)));
      worker.on('exit', () => reject(wrong('it is damaged: reading it ended early')));
      timer = setTimeout(() => reject(wrong(`it is damaged: no end after ${seconds} seconds`)), seconds * 1000);
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
