import assert from 'node:assert/strict';
import { join } from 'node:path';
import { decodePicture, imageFolder, openPicture } from '../../../src/data';
import { checkDataset } from '../../../src/data/checks';
import { temporaryFolder } from '../../folders';
import { stripes, writePicture } from '../../pictures';

/**
 * A picture of 24 x 16 pixels, whose left half is red 200, green 40, blue 60 and whose right half is 30, 90, 220, written by other
 * encoders: pillow_heif (x265, quality 90), imagecodecs (libjxl, lossless) and Pillow (OpenJPEG, lossless).
 */
const written = {
  heic: Buffer.from(
    'AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAXxtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA' +
      'ACJpbG9jAAAAAERAAAEAAQAAAAABoAABAAAAAAAAAHcAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRt' +
      'AAAAAAABAAAA/GlwcnAAAADcaXBjbwAAAHVodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMA' +
      'AAMAHroCQGEAAQApQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbqrprm4CGgwIAAAAyAAAADAIRiAAEABkQBwXPBiQAAABNjb2xybmNs' +
      'eAABAA0ABoAAAAAUaXNwZQAAAAAAAABAAAAAQAAAAChjbGFwAAAAGAAAAAEAAAAQAAAAAf///9gAAAAC////0AAAAAIAAAAQcGl4' +
      'aQAAAAADCAgIAAAAGGlwbWEAAAAAAAAAAQABBYECAwWEAAAAf21kYXQAAABzKAGvBjIbNNGAXUOIm9u///0I+y9Z4oXRyXtszp4z' +
      'fMrRR4AHgrtW+5H8RfxuGP+b86CSvfXd7BEsrUqX0E+9nMblpsnSUZOo/TbsxuvXQF6gMI7M2GVJ/EcAHhg37Shy9YfABFzrYneZ' +
      'q4Hnu2L5sjer1w==',
    'base64',
  ),
  jxl: Buffer.from('/woDQSQIBAEAhABLGIsVANSMmTHGjLxACACSNAcAg0SQU4QDO3ghTTbQ5wA=', 'base64'),
  jp2: Buffer.from(
    'AAAADGpQICANCocKAAAAFGZ0eXBqcDIgAAAAAGpwMiAAAAAtanAyaAAAABZpaGRyAAAAEAAAABgAAwcHAAAAAAAPY29scgEAAAAA' +
      'ABAAAAEYanAyY/9P/1EALwAAAAAAGAAAABAAAAAAAAAAAAAAABgAAAAQAAAAAAAAAAAAAwcBAQcBAQcBAf9SAAwAAAABAAQEBAAB' +
      '/1wAEEBASEhQSEhQSEhQSEhQ/2QAJQABQ3JlYXRlZCBieSBPcGVuSlBFRyB2ZXJzaW9uIDIuNS40/5AACgAAAAAAlAAB/5PPtAwC' +
      'uNPPtAwF2p/PtAwFfNPH2gQAAZ/B84IACb/H2gQACL/D6gYADg50/l1HwfOEAA0AwnvD6gYADQnhG8GXx9oQABz5r7v5hnZ/wfOG' +
      'ABxNwZBCV8faEAAcTP6TnTHh2sfaEgAsXMamuMh6+rHB84cAK7C4b36wB8faEAArsMSmuMkwX//Z',
    'base64',
  ),
};

const resize = { inputSize: 16, crop: 1, interpolation: 'bilinear', fit: 'stretch' } as const;
const names = { heic: 'HEIC', jxl: 'JPEG XL', jp2: 'JPEG 2000' };

describe('pictures that WebAssembly decodes', () => {
  for (const [format, content] of Object.entries(written) as [keyof typeof written, Buffer][]) {
    it(`${names[format]}: are decoded with the right size and colours`, async () => {
      const { width, height, format: found } = await openPicture(content);
      assert.deepEqual([width, height, found], [24, 16, format]);
      const pixels = await decodePicture(content, resize);
      const at = (x: number) => [...pixels.subarray(3 * x, 3 * x + 3)];
      for (const [x, expected] of [
        [2, [200, 40, 60]],
        [13, [30, 90, 220]],
      ] as const) {
        assert.ok(
          at(x).every((value, i) => Math.abs(value - expected[i]!) <= 3),
          `${at(x)}`,
        );
      }
    });

    it(`${names[format]}: are reported by name if damaged`, async () => {
      for (const part of [0.3, 0.6]) {
        const cut = content.subarray(0, Math.max(12, Math.round(content.length * part)));
        await assert.rejects(decodePicture(cut, resize), new RegExp(`a (damaged )?${names[format]} picture`));
      }
    });
  }

  it('are refused before they take memory if their declared size is huge', async () => {
    const huge = Buffer.from(written.jp2);
    const start = huge.indexOf(Buffer.from([0xff, 0x4f, 0xff, 0x51]));
    huge.writeUInt32BE(60_000, start + 8);
    huge.writeUInt32BE(60_000, start + 12);
    await assert.rejects(decodePicture(huge, resize), /more pixels than/);
  });

  it('are recognized by content in a folder of photos, whatever their names are', async () => {
    const root = temporaryFolder();
    for (const name of ['a', 'b']) {
      for (let i = 0; i < 3; i++) writePicture(join(root, name, `${i}.png`), await stripes('red', i));
      writePicture(join(root, name, 'IMG_1.jpg'), written.heic);
      writePicture(join(root, name, 'IMG_2.HEIC'), written.heic);
      writePicture(join(root, name, '3.jxl'), written.jxl);
      writePicture(join(root, name, '4.jp2'), written.jp2);
    }
    const { summary, findings } = await checkDataset(imageFolder(root));
    assert.deepEqual(
      (summary.objects() as { pictures: number; formats: string }[]).map(({ pictures, formats }) => [
        pictures,
        formats,
      ]),
      Array(2).fill([7, 'heic, jp2, jxl, png']),
    );
    assert.ok(!(findings.objects() as { finding: string }[]).some(({ finding }) => finding === 'unreadable'));
  });
});

describe('files that are not pictures', () => {
  const padded = (text: string, at = 0) => {
    const content = Buffer.alloc(300);
    content.write(text, at, 'latin1');
    return content;
  };
  const cases: [string, Buffer, RegExp][] = [
    ['DICOM without tags', padded('DICM', 128), /a damaged DICOM file/],
    ['a video', padded('\0\0\0\x18ftypmp42'), /a video \(mp42\), not a picture/],
    ['a raw photo', padded('\0\0\0\x18ftypcrx '), /a raw photo of a camera \(CR3\): export it as JPEG/],
    ['a web page', padded('<!DOCTYPE html><html>'), /a web page, not a picture: a download that failed\?/],
    ['an archive', padded('PK\x03\x04'), /a zip archive/],
    ['Git LFS', padded('version https://git-lfs.github.com/spec/v1'), /a Git LFS pointer/],
    ['text', padded('hello'), /not a picture: its content is in no known format/],
  ];
  for (const [name, content, message] of cases) {
    it(`${name}: are recognized`, () => assert.rejects(decodePicture(content, resize), message));
  }
});
