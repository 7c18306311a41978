import assert from 'node:assert/strict';
import sharp from 'sharp';
import { decodePicture } from '../../../src/data/pictures/decode';

describe('a damaged TIFF', () => {
  const resize = { inputSize: 32, crop: 1, interpolation: 'bilinear', fit: 'stretch' } as const;
  const pixels = Buffer.from(Array.from({ length: 96 * 64 * 3 }, (_, i) => (7 * i + (i >> 5)) % 256));
  const picture = () => sharp(pixels, { raw: { width: 96, height: 64, channels: 3 } });

  it('is refused as damaged, where libvips would leave black what it cannot decode', async () => {
    const jpeg = await picture().tiff({ compression: 'jpeg' }).toBuffer();
    const lzw = await picture().tiff({ compression: 'lzw' }).toBuffer();
    assert.ok((await decodePicture(jpeg, resize)).some((value) => value > 100));
    assert.ok((await decodePicture(lzw, resize)).some((value) => value > 100));
    const flipped = Buffer.from(lzw);
    for (let i = 0; i < 30; i++) flipped[(lzw.length >> 1) + i]! ^= 0x5a;
    const cut = jpeg.subarray(0, jpeg.length - 40); // within the tables of its JPEG
    for (const damaged of [flipped, cut]) {
      await assert.rejects(decodePicture(damaged, resize), /^UserError: (damaged|not a picture)/);
    }
  });
});
