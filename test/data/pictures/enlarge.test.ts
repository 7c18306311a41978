import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { projectFolder } from '../../../src/core/paths';
import { decodePicture, type ResizeOptions } from '../../../src/data';
import { enlarge } from '../../../src/data/pictures/enlarge';
import { enlargeModule } from '../../../src/data/pictures/enlargeModule';
import { jpegHeader } from '../../../src/data/pictures/jpegHeader';

const kernels = { bicubic: 'cubic', bilinear: 'linear' } as const;
const interpolations = ['bicubic', 'bilinear'] as const;

function noise(width: number, height: number, seed: number): Buffer {
  let state = seed + 1;
  return Buffer.from(
    Array.from({ length: 3 * width * height }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    }),
  );
}

/** What sharp alone makes of a picture, as the oracle. */
async function bySharp(content: Buffer, { inputSize, crop, interpolation, fit }: ResizeOptions): Promise<Buffer> {
  const image = sharp(content, { autoOrient: true }).flatten({ background: '#ffffff' });
  const kernel = kernels[interpolation];
  const whole = Math.round(inputSize / crop);
  const margin = Math.floor((whole - inputSize) / 2);
  const square =
    fit === 'stretch'
      ? image.resize(inputSize, inputSize, { fit: 'fill', kernel })
      : image
          .resize(whole, whole, { fit: 'cover', kernel })
          .extract({ left: margin, top: margin, width: inputSize, height: inputSize });
  return square.toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer();
}

const assertSame = (found: Uint8Array, expected: Uint8Array, name = '') =>
  assert.ok(Buffer.from(found).equals(Buffer.from(expected)), name);

describe('enlarging small pictures', () => {
  it('gives what libvips gives, bit for bit, for any size, crop and interpolation', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          width: fc.integer({ min: 8, max: 90 }),
          height: fc.integer({ min: 8, max: 90 }),
          seed: fc.nat(1e6),
          more: fc.integer({ min: 1, max: 120 }),
          crop: fc.constantFrom(0.875, 1, 0.6),
          interpolation: fc.constantFrom(...interpolations),
          fit: fc.constantFrom('crop' as const, 'stretch' as const),
        }),
        async ({ width, height, seed, more, crop, interpolation, fit }) => {
          const content = await sharp(noise(width, height, seed), { raw: { width, height, channels: 3 } })
            .png()
            .toBuffer();
          const inputSize = (fit === 'crop' ? Math.min(width, height) : Math.max(width, height)) + more;
          const resize = { inputSize, crop, interpolation, fit };
          assertSame(await decodePicture(content, resize), await bySharp(content, resize));
        },
      ),
      { numRuns: 150 },
    );
  });

  for (const interpolation of interpolations) {
    it(`gives the same as sharp for colours, grey, transparency, profiles and rotated photos (${interpolation})`, async () => {
      const photo = () => sharp(noise(60, 45, 3), { raw: { width: 60, height: 45, channels: 3 } }).blur(2);
      const contents: Record<string, Buffer> = {
        jpeg: await photo().jpeg().toBuffer(),
        progressive: await photo().jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer(),
        gray: await photo().toColourspace('b-w').jpeg().toBuffer(),
        cmyk: await photo().toColourspace('cmyk').jpeg().toBuffer(),
        profile: await photo().withIccProfile('p3').jpeg().toBuffer(),
        rotated: await photo().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
        upright: await photo().withMetadata({ orientation: 1 }).jpeg().toBuffer(),
        transparent: await photo().ensureAlpha(0.4).png().toBuffer(),
        palette: await photo().png({ palette: true }).toBuffer(),
        deep: await sharp(await photo().png().toBuffer())
          .toColourspace('rgb16')
          .png()
          .toBuffer(),
        webp: await photo().webp().toBuffer(),
        gif: await photo().gif().toBuffer(),
      };
      for (const [name, content] of Object.entries(contents)) {
        for (const fit of ['crop', 'stretch'] as const) {
          const resize = { inputSize: 96, crop: 0.875, interpolation, fit };
          assertSame(await decodePicture(content, resize), await bySharp(content, resize), `${name} ${fit}`);
        }
      }
    });
  }

  it('computes any part of the enlarged picture', () => {
    const picture = { data: noise(20, 16, 1), width: 20, height: 16 };
    for (const interpolation of interpolations) {
      const shared = { interpolation, scale: [2.5, 2.5] as const };
      const all = enlarge(picture, { ...shared, left: 0, top: 0, width: 50, height: 40 });
      const part = enlarge(picture, { ...shared, left: 30, top: 25, width: 13, height: 15 });
      for (let y = 0; y < 15; y++) {
        const start = 3 * (50 * (25 + y) + 30);
        assertSame(part.subarray(39 * y, 39 * (y + 1)), all.subarray(start, start + 39));
      }
    }
  });

  it('uses the module that its text compiles to', async () => {
    const wabt = await (
      require('wabt') as () => Promise<{
        parseWat(name: string, text: string): { toBinary(options: object): { buffer: Uint8Array } };
      }>
    )();
    const text = readFileSync(join(projectFolder, 'src/data/pictures/enlarge.wat'), 'utf8');
    assertSame(enlargeModule, wabt.parseWat('enlarge.wat', text).toBinary({}).buffer);
  });
});

describe('the header of a JPEG', () => {
  const picture = sharp(noise(33, 21, 5), { raw: { width: 33, height: 21, channels: 3 } });

  it('says what sharp says', async () => {
    for (const options of [{}, { progressive: true }, { quality: 5 }]) {
      for (const space of ['srgb', 'b-w', 'cmyk']) {
        const content = await picture.clone().toColourspace(space).jpeg(options).toBuffer();
        const { width, height, channels } = await sharp(content).metadata();
        const header = jpegHeader(content)!;
        assert.deepEqual(
          [header.width, header.height, header.bands, header.bits, header.usual],
          [width, height, channels, 8, true],
        );
        assert.equal(header.exif, false);
      }
    }
    assert.equal(jpegHeader(await picture.clone().withMetadata({ orientation: 3 }).jpeg().toBuffer())!.exif, true);
  });

  it('is missing in other and in damaged files', async () => {
    assert.equal(jpegHeader(await picture.clone().png().toBuffer()), undefined);
    const content = await picture.clone().jpeg().toBuffer();
    for (const length of [0, 1, 2, 3, 4, 20, 100]) assert.equal(jpegHeader(content.subarray(0, length)), undefined);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        jpegHeader(Buffer.from([0xff, 0xd8, 0xff, ...bytes])); // ends, and throws nothing
      }),
    );
  });
});
