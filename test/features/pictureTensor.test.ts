import assert from 'node:assert/strict';
import { pictureTensor } from '../../src/features/pictureTensor';
import { preprocess } from '../../src/models';
import type { Preprocessing } from '../../src/models/preprocessing';
import { tf } from '../../src/tensorflow';

const resize = { inputSize: 32, crop: 1, interpolation: 'bicubic' } as const;
const pictures = (channels: number) =>
  [0, 1].map((i) => new Uint8Array(32 * 32 * channels).map((_, j) => (i * 97 + j * 31 + (j % 7) * 13) % 256));

describe('a tensor of pictures', () => {
  const preprocessings: Record<string, Preprocessing> = {
    'without mean and deviation': { ...resize, mean: [0, 0, 0], std: [1, 1, 1] },
    'with a mean and a deviation of each channel': { ...resize, mean: [123.7, 116.3, 103.5], std: [58.4, 57.1, 57.4] },
    'in the order blue, green, red': { ...resize, mean: [103.9, 116.8, 123.7], std: [1, 1, 1], channelOrder: 'bgr' },
    'of one channel': { ...resize, channels: 1, mean: [127.5], std: [0.12] },
    'of 13 bands': {
      ...resize,
      channels: 13,
      mean: Array(13).fill(17.3),
      std: Array.from({ length: 13 }, (_, i) => i + 2),
    },
  };
  for (const [what, preprocessing] of Object.entries(preprocessings)) {
    it(`${what} has the very numbers of \`preprocess\``, () => {
      const { channels = 3 } = preprocessing;
      const bytes = pictures(channels);
      const pixels = tf.tensor4d(
        bytes.flatMap((picture) => [...picture]),
        [2, 32, 32, channels],
        'int32',
      );
      const expected = preprocess(pixels, preprocessing);
      const actual = pictureTensor(bytes, preprocessing);
      assert.deepEqual([actual.shape, actual.dtype], [expected.shape, 'float32']);
      assert.deepEqual(actual.dataSync(), expected.dataSync());
      tf.dispose([pixels, expected, actual]);
    });
  }

  it('is refused for a picture of another size or number of channels', () => {
    const preprocessing = preprocessings['of one channel']!;
    assert.throws(
      () => pictureTensor(pictures(3), preprocessing),
      /a picture has .*, expected 32 x 32 pixels of 1 bytes/,
    );
  });
});
