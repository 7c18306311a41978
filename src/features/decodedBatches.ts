import { availableParallelism } from 'node:os';
import { messageOf } from '../core/errors';
import { inOrder } from '../core/inOrder';
import type { Listener } from '../core/listener';
import { decodePicture, type Framing, type Reading, type Skipped } from '../data';
import type { NamedPicture } from './pictureInputs';

export interface DecodedBatchesOptions {
  /** pictures in a batch; default 16 */
  batchSize?: number;
  /** gets the pictures that cannot be read, and why */
  skipped?: Skipped[];
  /** how samples become 8 bits, where a picture does not say so itself */
  reading?: Reading;
  /** how progress calls this; default 'decoding' */
  task?: string;
  /** told of each picture; asked after each whether to stop */
  listener?: Pick<Listener, 'onProgress' | 'shouldStop'>;
}

/** Decoded pictures that go through a network together. */
export interface DecodedBatch {
  files: string[];
  /** each [size, size, 3] as bytes */
  pixels: Uint8Array[];
}

/**
 * Pictures in batches, in order, decoded while the caller computes with the batch before. Those that cannot be read are left
 * out and listed. When the listener asks to stop, the batch so far is the last.
 */
export async function* decodedBatches(
  pictures: readonly NamedPicture[],
  framing: Framing,
  { batchSize = 16, skipped = [], reading, task = 'decoding', listener = {} }: DecodedBatchesOptions = {},
): AsyncGenerator<DecodedBatch> {
  const decode = async ({
    file,
    read,
    reading: own,
  }: NamedPicture): Promise<{ file: string; pixels?: Uint8Array; reason?: string }> => {
    try {
      return { file, pixels: await decodePicture(await read(), framing, own ?? reading) };
    } catch (error) {
      return { file, reason: messageOf(error) };
    }
  };
  let batch: DecodedBatch = { files: [], pixels: [] };
  let done = 0;
  for await (const { file, pixels, reason } of inOrder(pictures, batchSize * availableParallelism(), decode)) {
    if (pixels) {
      batch.files.push(file);
      batch.pixels.push(pixels);
    } else {
      skipped.push({ file, reason: reason ?? 'unreadable' });
    }
    if (batch.files.length === batchSize) {
      yield batch;
      batch = { files: [], pixels: [] };
    }
    listener.onProgress?.({ task, done: ++done, total: pictures.length, unit: 'pictures' });
    if (listener.shouldStop?.()) break;
  }
  if (batch.files.length > 0) yield batch;
}
