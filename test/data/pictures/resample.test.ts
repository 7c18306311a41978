import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { sha256 } from '../../../src/core/files';
import { projectFolder } from '../../../src/core/paths';
import { decodePicture, type ResizeOptions } from '../../../src/data';
import { jpegHeader } from '../../../src/data/pictures/jpegHeader';
import { resample } from '../../../src/data/pictures/resample';
import { resampleModule } from '../../../src/data/pictures/resampleModule';
import pillow from './pillow.json';

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

type Recorded = Omit<ResizeOptions, 'region'>;

describe('resizing a picture for a network', () => {
  for (const { width, height, seed, sha256: expected, box, ...options } of pillow.cases) {
    const name = `${options.fit === 'crop' ? 'crop ' : options.fit} ${width} x ${height} to ${options.inputSize}`;
    it(`gives torchvision's bytes: ${name}, ${options.interpolation}${box ? `, a part (${box})` : ''}`, async () => {
      const [left = 0, top = 0, across = 0, down = 0] = box ?? [];
      const region = box && (() => ({ left, top, width: across, height: down }));
      const resize = { ...(options as Recorded), ...(region && { region }) };
      const pixels = { data: noise(width, height, seed), width, height };
      assert.equal(sha256(await decodePicture(pixels, resize)), expected, 'of pixels in memory');
      const shown = box ? [across, down] : [width, height];
      const side = options.fit === 'pad' ? Math.max(...shown) : Math.min(...shown);
      if (side >= 7 * options.inputSize) return; // reduced while it is read
      const file = await sharp(pixels.data, { raw: { width, height, channels: 3 } })
        .png()
        .toBuffer();
      assert.equal(sha256(await decodePicture(file, resize)), expected, 'of a PNG');
    });
  }

  for (const { name, jpeg, results } of pillow.photos) {
    it(`gives torchvision's bytes of a JPEG (${name})`, async () => {
      for (const { sha256: expected, ...options } of results) {
        assert.equal(sha256(await decodePicture(Buffer.from(jpeg, 'base64'), options as Recorded)), expected);
      }
    });
  }

  it('differs by less than a thousandth when a large photo is reduced while it is read', async function () {
    this.timeout(60_000);
    const [width, height] = [1924, 1441]; // 13 times as large as 112 pixels
    const photo = sharp(noise(60, 45, 3), { raw: { width: 60, height: 45, channels: 3 } }).resize(width, height);
    const grain = { data: noise(width, height, 9), width, height };
    const grainy = photo.composite([
      {
        input: await sharp(grain.data, { raw: { width, height, channels: 3 } })
          .png()
          .toBuffer(),
        blend: 'soft-light',
      },
    ]);
    for (const content of [
      await grainy.clone().jpeg({ quality: 92 }).toBuffer(),
      await grainy.clone().png().toBuffer(),
    ]) {
      const { data } = await sharp(content).removeAlpha().raw().toBuffer({ resolveWithObject: true });
      for (const interpolation of interpolations) {
        const resize = { inputSize: 96, crop: 0.875, interpolation };
        const reduced = await decodePicture(content, resize);
        const all = await decodePicture({ data, width, height }, resize);
        const difference = reduced.reduce((sum, value, i) => sum + Math.abs(value - all[i]!), 0) / all.length / 255;
        assert.ok(difference < 1e-3, `${interpolation}: ${difference}`);
      }
    }
  });

  it('computes any part of the resized picture', () => {
    const picture = { data: noise(20, 16, 1), width: 20, height: 16 };
    for (const interpolation of interpolations) {
      for (const resized of [
        { width: 50, height: 40 },
        { width: 13, height: 11 },
      ]) {
        const all = resample(picture, { interpolation, resized, part: { left: 0, top: 0, ...resized } });
        const part = resample(picture, { interpolation, resized, part: { left: 5, top: 3, width: 7, height: 6 } });
        for (let y = 0; y < 6; y++) {
          const start = 3 * (resized.width * (3 + y) + 5);
          assert.deepEqual(part.subarray(21 * y, 21 * (y + 1)), all.subarray(start, start + 21));
        }
      }
    }
  });

  it('uses the module that its text compiles to', async () => {
    const wabt = await (
      require('wabt') as () => Promise<{
        parseWat(name: string, text: string): { toBinary(options: object): { buffer: Uint8Array } };
      }>
    )();
    const text = readFileSync(join(projectFolder, 'src/data/pictures/resample.wat'), 'utf8');
    assert.ok(resampleModule.equals(wabt.parseWat('resample.wat', text).toBinary({}).buffer));
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
