import { UserError } from '../../core/errors';
import { checkNumber, withDefaults } from '../../core/options';
import { sharp } from '../../core/sharp';
import { tf } from '../../tensorflow';
import type { Augmentation } from '../augmentation';
import { defineOp } from '../defineOp';
import { checkRange, type Range } from '../range';

/** Options of {@link jpegArtefacts}. */
export interface JpegArtefactsOptions {
  /** Range of the JPEG quality, whole numbers from 1 to 100, both limits included. Default: [30, 90] */
  quality?: Range;
}

/**
 * Encode each picture as a JPEG of low quality and decode it again, which gives the block and ringing artefacts of pictures that were
 * forwarded often. Runs in sharp; even quality 100 changes pixels slightly.
 *
 * @throws {UserError} on an unknown option, or a value out of range
 *
 * @example
 * ```ts
 * import { augment } from 'tunebook';
 *
 * augment.jpegArtefacts({ quality: [10, 50] }).settings; // => { quality: [ 10, 50 ] }
 * ```
 */
export function jpegArtefacts(options?: JpegArtefactsOptions): Augmentation {
  const { quality } = withDefaults('jpegArtefacts', options, { quality: [30, 90] as Range });
  checkRange('jpegArtefacts: quality', quality, { min: 1, max: 100 });
  for (const limit of quality) checkNumber('jpegArtefacts: quality', limit, { integer: true });
  return defineOp(
    'jpegArtefacts',
    { quality },
    {
      kind: 'pixels',
      run: (images, draws) =>
        reencode(
          images,
          draws.map((random) => quality[0] + random.integer(quality[1] - quality[0] + 1)),
        ),
    },
  );
}

async function reencode(images: tf.Tensor4D, qualities: readonly number[]): Promise<tf.Tensor4D> {
  const [batch, height, width, channels] = images.shape;
  if (channels !== 1 && channels !== 3)
    throw new UserError(`jpegArtefacts: pictures must have 1 or 3 channels, got ${channels}`);
  const length = height * width * channels;
  const bytes = new Uint8Array(tf.tidy(() => images.clipByValue(0, 255).round().dataSync()));
  const result = new Float32Array(batch * length);
  await Promise.all(
    qualities.map(async (quality, i) => {
      const raw = { width, height, channels: channels as 1 | 3 };
      const jpeg = await sharp(bytes.subarray(i * length, (i + 1) * length), { raw })
        .jpeg({ quality })
        .toBuffer();
      const decoded = sharp(jpeg).toColourspace(channels === 1 ? 'b-w' : 'srgb');
      result.set(await decoded.raw().toBuffer(), i * length);
    }),
  );
  return tf.tensor4d(result, [batch, height, width, channels]);
}
