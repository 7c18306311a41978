import { join } from 'node:path';
import { DecoderProcess } from '../../core/decoderProcess';
import { messageOf, UserError } from '../../core/errors';
import type { Hdf5Answer, Hdf5Request } from './hdf5Decoder';
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
 * @param file path, or the bytes of a file that is in another one
 * @param source what to call the file in errors
 * @throws {UserError} that says what is wrong with the file
 */
export async function readHdf5(
  file: string | Buffer,
  source: string,
  { limit = LARGEST_FILE, seconds = LONGEST_READ_SECONDS }: ReadHdf5Options = {},
): Promise<SavedWeights> {
  const wrong = (reason: string) => new UserError(`${source} is no readable HDF5 file of weights: ${reason}`);
  const request: Hdf5Request = { file, limit };
  const decoder = new DecoderProcess<Hdf5Answer>(join(__dirname, 'hdf5Decoder.js'), request);
  try {
    const { saved, reason, expected } = await decoder.next(seconds);
    if (saved) return saved;
    throw new Error(expected ? reason : `it is damaged (${reason})`);
  } catch (error) {
    throw wrong(messageOf(error));
  } finally {
    await decoder.close();
  }
}
