import { UserError } from '../core/errors';
import { sha256 } from '../core/files';
import { deviceReport, tf } from '../tensorflow';
import type { Augmentation } from './augmentation';
import type { DrawOptions } from './batch';
import { augmentCompiled } from './wasm/pictures';

/**
 * Augment decoded pictures: bytes in, bytes out, as the decoder gives and the network takes them.
 *
 * @param pictures each [size, size, 3] as bytes of 0 to 255
 * @param size side of the square, in pixels
 * @param draw give each picture's number in the dataset (or of its content) as `indices`
 */
export async function augmentPictures(
  pictures: readonly Uint8Array[],
  size: number,
  pipeline: Augmentation,
  draw?: DrawOptions,
): Promise<Uint8Array[]> {
  if (pictures.length === 0) return [];
  const length = size * size * 3;
  const wrong = pictures.find((picture) => picture.length !== length);
  if (wrong) throw new UserError(`augmentPictures: expected ${size} x ${size} x 3 bytes, got ${wrong.length}`);
  const compiled = deviceReport().kind === 'CPU' && augmentCompiled(pictures, size, pipeline, draw);
  if (compiled) return compiled;
  const values = new Float32Array(pictures.length * length);
  pictures.forEach((picture, i) => values.set(picture, i * length));
  const images = tf.tensor4d(values, [pictures.length, size, size, 3]);
  const augmented = await pipeline.apply(images, draw).finally(() => images.dispose());
  const result = new Uint8ClampedArray(augmented.dataSync()); // rounds and keeps to 0 to 255
  augmented.dispose();
  const bytes = new Uint8Array(result.buffer);
  return pictures.map((_, i) => bytes.subarray(i * length, (i + 1) * length));
}

/** What tells one pipeline from another: SHA-256 over its ops and their settings, part of the key of cached features. */
export function augmentationKey({ name, settings }: Augmentation): string {
  return sha256(JSON.stringify([VERSION, name, settings]));
}

/** Counts up when an op's results change for the same settings. */
const VERSION = 4;

/** The number of a picture's content, from its SHA-256: the same picture is augmented alike wherever it stands. */
export function contentIndex(hash: string): number {
  return Number.parseInt(hash.slice(0, 12), 16);
}
