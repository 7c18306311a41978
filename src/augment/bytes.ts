import { UserError } from '../core/errors';
import { sha256 } from '../core/files';
import { deviceReport, tf } from '../tensorflow';
import type { Augmentation } from './augmentation';
import type { DrawOptions } from './batch';
import { augmentCompiled } from './wasm/pictures';

/**
 * Augment decoded pictures as bytes, without tensors where the processor has compiled loops for the pipeline.
 *
 * @param pictures bytes, each of shape `[size, size, channels]`
 * @param size side of the square pictures, in pixels
 * @param pipeline one operation or a pipeline; it must not mix labels
 * @param draw which random numbers each picture gets; give its index in the dataset as `indices`
 * @param channels of the pictures. Default: 3
 * @returns new arrays of the same shape
 * @throws {UserError} when a picture has another size, or the pipeline mixes labels
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * const picture = Uint8Array.from([255, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0, 255]); // 2 x 2: red, blue; red, blue
 * const flip = augment.horizontalFlip({ probability: 1 });
 * const [flipped] = await augment.augmentPictures([picture], 2, flip);
 * [...(flipped ?? [])]; // => [ 0, 0, 255, 255, 0, 0, 0, 0, 255, 255, 0, 0 ]
 * ```
 */
export async function augmentPictures(
  pictures: readonly Uint8Array[],
  size: number,
  pipeline: Augmentation,
  draw?: DrawOptions,
  channels = 3,
): Promise<Uint8Array[]> {
  if (pictures.length === 0) return [];
  const length = size * size * channels;
  const wrong = pictures.find((picture) => picture.length !== length);
  if (wrong)
    throw new UserError(`augmentPictures: expected ${size} x ${size} x ${channels} bytes, got ${wrong.length}`);
  const compiled = channels === 3 && deviceReport().kind === 'CPU' && augmentCompiled(pictures, size, pipeline, draw);
  if (compiled) return compiled;
  const values = new Float32Array(pictures.length * length);
  pictures.forEach((picture, i) => values.set(picture, i * length));
  const images = tf.tensor4d(values, [pictures.length, size, size, channels]);
  const augmented = await pipeline.apply(images, draw).finally(() => images.dispose());
  const result = new Uint8ClampedArray(augmented.dataSync()); // rounds and clips to 0 to 255
  augmented.dispose();
  const bytes = new Uint8Array(result.buffer);
  return pictures.map((_, i) => bytes.subarray(i * length, (i + 1) * length));
}

/** The SHA-256 of a pipeline's operations and settings: part of the key under which features are cached. */
export function augmentationKey({ name, settings }: Augmentation): string {
  return sha256(JSON.stringify([VERSION, name, settings]));
}

/** Increased whenever the results of an operation change for the same settings, so that cached features are not reused. */
const VERSION = 4;

/** An index from the SHA-256 of a picture's content, so that its augmentation does not depend on its position in a dataset. */
export function contentIndex(hash: string): number {
  return Number.parseInt(hash.slice(0, 12), 16);
}
