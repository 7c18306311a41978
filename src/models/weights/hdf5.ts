import { join } from 'node:path';
import { DecoderThread } from '../../core/decoderThread';
import { messageOf, UserError } from '../../core/errors';
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
  const thread = new DecoderThread<{ saved?: SavedWeights; reason?: string; expected?: boolean }>(
    join(__dirname, 'hdf5Worker.js'),
    { content: bytes, limit } satisfies Hdf5Request,
    { transferList: [bytes.buffer as ArrayBuffer] },
  );
  try {
    const { saved, reason, expected } = await thread.next(seconds);
    if (saved) return saved;
    throw new Error(expected ? reason : `it is damaged (${reason})`);
  } catch (error) {
    throw wrong(messageOf(error));
  } finally {
    await thread.close();
  }
}
