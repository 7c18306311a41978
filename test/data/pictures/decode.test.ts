import assert from 'node:assert/strict';
import sharp from 'sharp';
import { Random } from '../../../src/core/random';
import { decodePicture, drawCropBox, type ResizeOptions } from '../../../src/data';

const resize: ResizeOptions = { inputSize: 32, crop: 1, interpolation: 'bicubic' };

/** The colour of the decoded picture at (x, y). */
function at(pixels: Uint8Array, x: number, y: number): number[] {
  return [...pixels.subarray(3 * (y * 32 + x), 3 * (y * 32 + x) + 3)];
}

function assertNear(actual: number[], expected: number[], tolerance: number): void {
  const near = actual.every((value, i) => Math.abs(value - expected[i]!) <= tolerance);
  assert.ok(near, `expected about [${expected}], got [${actual}]`);
}

const plain = (width: number, height: number, background: string) =>
  sharp({ create: { width, height, channels: 3, background } });

/** Red left half, blue right half, 64 x 32. */
const redAndBlue = () =>
  plain(64, 32, '#ff0000').composite([
    { input: { create: { width: 32, height: 32, channels: 3, background: '#0000ff' } }, left: 32, top: 0 },
  ]);

describe('decodePicture', () => {
  it('gives the bytes of a square RGB picture', async () => {
    const pixels = await decodePicture(await plain(100, 60, '#336699').png().toBuffer(), resize);
    assert.equal(pixels.length, 32 * 32 * 3);
    assert.deepEqual(at(pixels, 16, 16), [0x33, 0x66, 0x99]);
  });

  it('rotates a photo according to its EXIF orientation', async () => {
    const square = await plain(32, 32, '#ff0000')
      .composite([
        { input: { create: { width: 32, height: 16, channels: 3, background: '#0000ff' } }, left: 0, top: 16 },
      ])
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .withMetadata({ orientation: 6 }) // rotated by 90 degrees clockwise, so that the bottom becomes the left
      .toBuffer();
    const pixels = await decodePicture(square, resize);
    assertNear(at(pixels, 3, 16), [0, 0, 255], 6);
    assertNear(at(pixels, 28, 16), [255, 0, 0], 6);
  });

  describe('makes a picture of other proportions square', () => {
    const [red, blue, black] = [
      [255, 0, 0],
      [0, 0, 255],
      [0, 0, 0],
    ] as const;
    const shown = async (more: Partial<ResizeOptions>) =>
      decodePicture(await redAndBlue().png().toBuffer(), { ...resize, interpolation: 'bilinear', ...more });

    it('by cropping its centre, by default', async () => {
      const pixels = await shown({});
      assert.deepEqual(at(pixels, 2, 16), red);
      assert.deepEqual(at(pixels, 29, 16), blue);
      assert.deepEqual(await shown({ fit: 'crop' }), pixels);
    });

    it('by stretching it, which keeps all of it', async () => {
      const wide = await sharp(await redAndBlue().png().toBuffer())
        .extend({ left: 64, background: '#00ff00' }) // 128 x 32: green, red, blue as 2 : 1 : 1
        .png()
        .toBuffer();
      const pixels = await decodePicture(wide, { ...resize, fit: 'stretch' });
      assertNear(at(pixels, 4, 0), [0, 255, 0], 2);
      assertNear(at(pixels, 20, 31), [...red], 2);
      assertNear(at(pixels, 28, 16), [...blue], 2);
    });

    it('by padding it with black, a quarter above and a quarter below', async () => {
      const pixels = await shown({ fit: 'pad' });
      assert.deepEqual(at(pixels, 16, 3), black);
      assert.deepEqual(at(pixels, 16, 28), black);
      assertNear(at(pixels, 3, 16), [...red], 2);
      assertNear(at(pixels, 28, 16), [...blue], 2);
    });

    it('after cropping a part, which may be chosen at random', async () => {
      const right = await shown({ region: ({ width, height }) => ({ left: width / 2, top: 0, width: 32, height }) });
      assert.deepEqual(at(right, 0, 0), blue);
      const outside = await shown({ region: () => ({ left: -9, top: -9, width: 20, height: 200 }), fit: 'stretch' });
      assert.deepEqual(at(outside, 31, 31), red);
      const draw = (seed: number) =>
        shown({
          region: (size) => drawCropBox(new Random(seed, 'crop'), size, [0.08, 1], [3 / 4, 4 / 3]),
          fit: 'stretch',
        });
      assert.deepEqual(await draw(1), await draw(1));
      const seen = await Promise.all([1, 2, 3, 4, 5, 6].map(draw));
      assert.ok(new Set(seen.map((pixels) => pixels.join())).size > 1);
    });
  });

  it('draws boxes inside the picture, of the area and proportions asked for', () => {
    const random = new Random(7, 'boxes');
    const size = { height: 90, width: 120 };
    const boxes = Array.from({ length: 300 }, () => drawCropBox(random, size, [0.2, 0.6], [0.5, 2]));
    for (const { left, top, width, height } of boxes) {
      assert.ok(left >= 0 && top >= 0 && left + width <= 120.001 && top + height <= 90.001);
      const [area, aspect] = [(width * height) / (90 * 120), width / height];
      assert.ok(area > 0.1999 && area < 0.6001 && aspect > 0.4999 && aspect < 2.0001, `${area} ${aspect}`);
    }
    // nothing so wide fits: the largest centre crop with these proportions
    assert.deepEqual(drawCropBox(random, { height: 100, width: 10 }, [0.9, 1], [1, 2]), {
      left: 0,
      top: 45,
      width: 10,
      height: 10,
    });
  });

  it('puts transparent pictures on white', async () => {
    const clear = await sharp({
      create: { width: 40, height: 40, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer();
    assert.deepEqual(at(await decodePicture(clear, resize), 5, 5), [255, 255, 255]);
  });

  it('gives grayscale pictures three equal channels', async () => {
    const gray = await plain(40, 40, '#808080').toColourspace('b-w').png().toBuffer();
    assert.deepEqual(at(await decodePicture(gray, resize), 5, 5), [128, 128, 128]);
  });

  it('converts 16-bit pictures to 8 bits', async () => {
    const values = new Uint16Array(40 * 40 * 3).fill(0x8000);
    const deep = await sharp(values, { raw: { width: 40, height: 40, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    assert.equal((await sharp(deep).metadata()).depth, 'ushort');
    assertNear(at(await decodePicture(deep, resize), 5, 5), [128, 128, 128], 1);
  });

  it('converts CMYK to sRGB', async () => {
    const cmyk = await plain(40, 40, '#ff0000').toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
    assert.equal((await sharp(cmyk).metadata()).space, 'cmyk');
    assertNear(at(await decodePicture(cmyk, resize), 5, 5), [255, 0, 0], 40); // pure red is hardly printable
  });

  it('uses the first frame of an animation', async () => {
    const frames = await Promise.all(['#00ff00', '#ff0000'].map((color) => plain(40, 40, color).png().toBuffer()));
    const gif = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer();
    assert.equal((await sharp(gif).metadata()).pages, 2);
    assertNear(at(await decodePicture(gif, resize), 5, 5), [0, 255, 0], 2);
  });

  it('crops the centre of a wide picture', async () => {
    const pixels = await decodePicture(await redAndBlue().png().toBuffer(), resize);
    assertNear(at(pixels, 2, 16), [255, 0, 0], 2);
    assertNear(at(pixels, 29, 16), [0, 0, 255], 2);
  });

  it('keeps only the part of the picture that the crop selects', async () => {
    const framed = await plain(320, 320, '#000000')
      .composite([
        { input: { create: { width: 240, height: 240, channels: 3, background: '#ffffff' } }, left: 40, top: 40 },
      ])
      .png()
      .toBuffer();
    const whole = await decodePicture(framed, resize);
    const middle = await decodePicture(framed, { ...resize, crop: 0.75 });
    assertNear(at(whole, 1, 1), [0, 0, 0], 4);
    assertNear(at(middle, 1, 1), [255, 255, 255], 12);
  });

  it('downscales pictures with anti-aliasing: fine stripes become their mean colour', async () => {
    const stripes = new Uint8Array(320 * 320 * 3).map((_, i) => (Math.floor(i / 3) % 2 === 0 ? 0 : 255));
    const png = await sharp(stripes, { raw: { width: 320, height: 320, channels: 3 } })
      .png()
      .toBuffer();
    assertNear(at(await decodePicture(png, resize), 16, 16), [128, 128, 128], 8);
  });

  it('says in words what is wrong with a file', async () => {
    const jpeg = await redAndBlue().resize(400, 400).jpeg().toBuffer();
    const cases: [string, Buffer, RegExp][] = [
      ['text', Buffer.from('this is no picture'), /not a picture: its content is in no known format/],
      ['a cut JPEG', jpeg.subarray(0, jpeg.length / 2), /damaged: the file ends too soon/],
      ['a cut PNG', (await redAndBlue().png({ compressionLevel: 0 }).toBuffer()).subarray(0, 1000), /damaged/],
      ['one pixel', await plain(1, 1, '#ffffff').png().toBuffer(), /1 x 1 pixels: a side has fewer than 8/],
      ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"/>'), /a drawing \(svg\)/],
    ];
    for (const [name, content, reason] of cases) await assert.rejects(decodePicture(content, resize), reason, name);
  });

  it('refuses pictures of absurd size from their header, without decoding them', async () => {
    const small = await plain(10, 10, '#ffffff').png().toBuffer();
    const header = Buffer.from(small);
    header.writeUInt32BE(20_000, 16);
    header.writeUInt32BE(20_000, 20);
    header.writeUInt32BE(crc32(header.subarray(12, 29)), 29);
    await assert.rejects(decodePicture(header, resize), /more pixels than 268,402,689/);
  });
});

/** The checksum of PNG chunks, so that only the size of the picture is wrong. */
function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
