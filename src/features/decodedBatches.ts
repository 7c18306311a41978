import { availableParallelism } from 'node:os';
import { messageOf } from '../core/errors';
import { inOrder } from '../core/inOrder';
import type { Listener } from '../core/listener';
import { decodePicture, type Reading, type ResizeOptions, type Skipped } from '../data';
import type { NamedPicture } from './pictureInputs';

export interface DecodedBatchesOptions {
  /** pictures per batch; default 16 */
  batchSize?: number;
  /** a list to which pictures that cannot be read are added, with the reason */
  skipped?: Skipped[];
  /** how samples become 8 bits, for pictures without a reading of their own */
  reading?: Reading;
  /** name of the task in progress reports; default 'decoding' */
  task?: string;
  /** called after each picture, and asked whether to stop */
  listener?: Pick<Listener, 'onProgress' | 'shouldStop'>;
}

/** Decoded pictures of one batch. */
export interface DecodedBatch {
  files: string[];
  /** RGB bytes, each of shape [size, size, 3] */
  pixels: Uint8Array[];
}

/**
 * Decode pictures in batches, in order, while the caller computes with the previous batch. Pictures that cannot be read are left
 * out and listed. When the listener asks to stop, the unfinished batch is the last one.
 */
export async function* decodedBatches(
  pictures: readonly NamedPicture[],
  resize: ResizeOptions,
  { batchSize = 16, skipped = [], reading, task = 'decoding', listener = {} }: DecodedBatchesOptions = {},
): AsyncGenerator<DecodedBatch> {
  const decode = async ({
    file,
    read,
    reading: own,
  }: NamedPicture): Promise<{ file: string; pixels?: Uint8Array; reason?: string }> => {
    try {
      return { file, pixels: await decodePicture(await read(), resize, own ?? reading) };
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
