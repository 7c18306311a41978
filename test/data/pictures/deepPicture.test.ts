import assert from 'node:assert/strict';
import { join } from 'node:path';
import sharp from 'sharp';
import {
  checkReading,
  decodeAll,
  decodePicture,
  imageFolder,
  type Reading,
  thumbnail,
  withFit,
} from '../../../src/data';
import { checkDataset } from '../../../src/data/checks';
import { openDataset } from '../../../src/data/public';
import { temporaryFolder } from '../../folders';
import { writePicture } from '../../pictures';
import { tiff } from './tiff';

const resize = { inputSize: 8, crop: 1, interpolation: 'bilinear', fit: 'stretch' } as const;
const resizeWithoutFit = { inputSize: 8, crop: 1, interpolation: 'bilinear' } as const; // without a fit of its own
const decode = (content: Buffer, reading?: Reading) => decodePicture(content, resize, reading);
const means = (pixels: Uint8Array) =>
  [0, 1, 2].map((channel) =>
    Math.round(pixels.filter((_, i) => i % 3 === channel).reduce((a, b) => a + b) / (pixels.length / 3)),
  );
/** A picture whose left half is a and right half is b, as fractions of white. */
const halves = (a: number, b: number, white: number) => (x: number) => white * (x < 8 ? a : b);

/** A PNG of 16 bits from numbers of 16 bits. */
const png16 = (value: (x: number) => number) => {
  const values = Uint16Array.from({ length: 16 * 12 }, (_, i) => value(i % 16));
  return sharp(values, { raw: { width: 16, height: 12, channels: 1 } })
    .toColourspace('grey16')
    .png()
    .toBuffer();
};

describe('pictures that do not have 8 bits per sample', () => {
  it('have the right colours in every sample format if black and white are given', async () => {
    const cases = {
      uint16: 4095,
      uint32: 2 ** 32 - 1,
      int16: 1000,
      float32: 1,
      float64: 10_000,
    } as const;
    for (const [kind, white] of Object.entries(cases) as [keyof typeof cases, number][]) {
      const content = tiff(kind, {}, halves(0.2, 0.6, white));
      const pixels = await decode(content, { ranges: { [kind]: [0, white] } });
      assert.deepEqual(means(pixels), [102, 102, 102], kind); // 0.4 of 255
    }
    const colored = tiff('float32', { bands: 3 }, (_, __, band) => [0.2, 0.4, 0.8][band]!);
    assert.deepEqual(means(await decode(colored, { ranges: { float32: [0, 1] } })), [51, 102, 204]); // linear, without gamma
    const signed = tiff('int16', {}, () => -500);
    assert.deepEqual(means(await decode(signed, { ranges: { int16: [-1000, 0] } })), [128, 128, 128]);
  });

  it('are refused with their format and advice if no range is given, and never become black', async () => {
    const refused = (content: Buffer, message: RegExp, reading?: Reading) =>
      assert.rejects(decode(content, reading), message);
    await refused(
      tiff('float32', {}, halves(0.2, 0.6, 1)),
      /32-bit floating-point samples from 0\.200 to 0\.600: set which values are black and white: .*\(--range\)/,
    );
    await refused(tiff('float64', {}, halves(0, 1, 7)), /64-bit floating-point samples from 0 to 7/);
    await refused(tiff('uint32', {}, halves(0, 1, 99)), /32-bit whole-number samples from 0 to 99/);
    await refused(tiff('uint16', {}, halves(0, 1, 4095)), /16-bit samples from 0 to 4095/);
    await refused(await png16(halves(0, 1, 4095)), /16-bit samples from 0 to 4095/);
    await refused(
      tiff('float32', {}, () => 1),
      /32-bit floating-point/,
      { ranges: { uint16: [0, 4095] } },
    );
    // pictures that use all 16 bits do not change
    assert.deepEqual(means(await decode(tiff('uint16', {}, halves(0.2, 0.6, 65535)))), [102, 102, 102]);
    assert.deepEqual(means(await decode(await png16(halves(0.2, 0.6, 65535)))), [102, 102, 102]);
  });

  it('are read with a range from PNG, too, and clipped at its ends', async () => {
    const content = await png16(halves(0.2, 0.6, 4095));
    assert.deepEqual(means(await decode(content, { ranges: { uint16: [0, 4095] } })), [102, 102, 102]);
    const pixels = await decode(content, { ranges: { uint16: [1000, 2000] } });
    assert.deepEqual([pixels[0], pixels.at(-1)], [0, 255]);
  });

  it('are rotated upright, and inverted if 0 is white; missing data is black', async () => {
    const shown = (orientation: number, photometric = 1) =>
      decode(
        tiff('float32', { width: 12, height: 12, orientation, photometric }, (x, y) =>
          x < 6 ? (y < 6 ? 1 : 0) : Number.NaN,
        ),
        {
          ranges: { float32: [0, 1] },
        },
      );
    const corner = (pixels: Uint8Array) => [0, 7, 56, 63].map((i) => (pixels[3 * i]! > 127 ? 1 : 0)).join('');
    const found: Record<number, string> = {};
    for (let orientation = 1; orientation <= 8; orientation++) found[orientation] = corner(await shown(orientation));
    assert.deepEqual(found, { 1: '1000', 2: '0100', 3: '0001', 4: '0010', 5: '1000', 6: '0100', 7: '0001', 8: '0010' });
    assert.equal(corner(await shown(1, 0)).slice(0, 1), '0');
  });

  it('take colours from the named bands, of any number of bands', async () => {
    const five = tiff('uint8', { bands: 5 }, (_, __, band) => 50 * band);
    await assert.rejects(
      decode(five),
      /5 bands: give those for red, green and blue, numbered from 0, such as bands \[2, 1, 0\] \(--bands 2,1,0\)/,
    );
    assert.deepEqual(means(await decode(five, { bands: [4, 2, 1] })), [200, 100, 50]);
    assert.deepEqual(means(await decode(five, { bands: [3] })), [150, 150, 150]);
    await assert.rejects(decode(five, { bands: [5, 0, 1] }), /no band 5: it has 5, numbered from 0/);
    const thirteen = tiff('uint16', { bands: 13 }, (_, __, band) => 1000 * band);
    const reading = { bands: [3, 2, 1], ranges: { uint16: [0, 10_000] as const } };
    assert.deepEqual(means(await decode(thirteen, reading)), [77, 51, 26]); // 0.3, 0.2, 0.1
  });
});

describe('a dataset of such pictures', () => {
  async function folder(make: (level: number) => Buffer | Promise<Buffer>, ending = 'tif'): Promise<string> {
    const root = temporaryFolder();
    for (const [j, name] of ['a', 'b'].entries()) {
      for (let i = 0; i < 5; i++)
        writePicture(join(root, name, `${i}.${ending}`), await make(0.1 + 0.15 * i + 0.05 * j));
    }
    return root;
  }
  const first = async (root: string, options: Parameters<typeof openDataset>[1] = {}) => {
    const dataset = await openDataset(root, options);
    const decoded: number[] = [];
    for await (const { pixels, reason } of decodeAll(dataset.examples, resize))
      decoded.push(pixels ? means(pixels)[0]! : Number(reason));
    return { decoded, notes: dataset.notes ?? [], reading: dataset.examples[0]!.reading, dataset };
  };
  const assertNear = (found: readonly number[]) =>
    assert.ok(
      found.length === expected.length && found.every((value, i) => Math.abs(value - expected[i]!) <= 1),
      String(found),
    );
  const expected = [26, 64, 102, 140, 179, 38, 77, 115, 153, 191]; // dark pictures stay dark

  it('has one range for all pictures, computed from all of them, and reports it', async () => {
    const camera = await first(
      await folder((level) => tiff('uint16', {}, (x) => Math.round(4095 * (level + (x % 2 ? 0.01 : -0.01))))),
    );
    assert.deepEqual(camera.reading, { ranges: { uint16: [0, 1023 * 4 + 3] } });
    assertNear(camera.decoded);
    assert.match(
      camera.notes[0]!,
      /^10 pictures have 16-bit samples, from 369 to 3112: 0 is read as black and 4095 as white \(range 'auto'\)$/,
    );
    const float = await first(await folder((level) => tiff('float32', {}, () => level)));
    assert.deepEqual(float.reading, { ranges: { float32: [0, 1] } });
    assertNear(float.decoded);
    const wide = await first(await folder((level) => tiff('float64', {}, () => 255 * level)));
    assert.deepEqual(wide.reading, { ranges: { float64: [0, 255] } });
    assertNear(wide.decoded);
    const scan = await first(await folder((level) => tiff('int16', {}, () => 2000 * level - 1000)));
    assert.deepEqual(scan.reading, { ranges: { int16: [-800, 500] } });
    const png = await first(await folder((level) => png16(() => 1000 * level), 'png'));
    assert.deepEqual(png.reading, { ranges: { uint16: [0, 1023] } });
  });

  it('uses the given range, and refuses an invalid one', async () => {
    const root = await folder((level) => tiff('uint16', {}, () => 4095 * level));
    assert.deepEqual((await first(root, { range: 'full' })).reading, { ranges: { uint16: [0, 65535] } });
    assert.deepEqual((await first(root, { range: [100, 200] })).reading, { ranges: { uint16: [100, 200] } });
    assert.deepEqual((await first(root, { range: 'percentile' })).reading, { ranges: { uint16: [409, 3071] } });
    await assert.rejects(
      openDataset(root, { range: [2, 1] }),
      /range must be \[low, high\] with low < high, got \[2, 1\]/,
    );
    await assert.rejects(
      openDataset(root, { range: 'best' as 'full' }),
      /'auto', 'full', 'percentile' or \[low, high\], got "best"/,
    );
    await assert.rejects(
      openDataset(root, { bands: [] }),
      /bands must be \[red, green, blue\], \[gray\], or one for each channel/,
    );
  });

  it('does not change datasets of 8 bits, and refuses pictures opened without a range', async () => {
    const plain = await openDataset(await folder((level) => tiff('uint8', {}, () => 255 * level)));
    assert.equal(plain.examples[0]!.reading, undefined);
    const float = imageFolder(await folder((level) => tiff('float32', {}, () => level)));
    for await (const { reason } of decodeAll(float.examples, resize))
      assert.match(reason!, /32-bit floating-point samples/);
  });

  it('is shown and checked with its range, and its sample format is named', async () => {
    const { dataset } = await first(
      await folder((level) => tiff('float32', { width: 80, height: 80 }, (x) => (level * x) / 80)),
    );
    const check = await checkDataset(dataset);
    assert.deepEqual(
      (check.summary.objects() as { formats: string }[]).map(({ formats }) => formats),
      ['tiff float32', 'tiff float32'],
    );
    const findings = check.findings.objects() as { finding: string; severity: string; detail: string }[];
    assert.ok(
      findings.some(({ severity, detail }) => severity === 'note' && /0 is read as black and 1 as white/.test(detail)),
    );
    assert.ok(!findings.some(({ finding }) => finding === 'unreadable'));
    const picture = Buffer.from((await thumbnail(dataset.examples[4]!)).split(',')[1]!, 'base64');
    const { channels } = await sharp(picture).stats();
    assert.ok(channels[0]!.max - channels[0]!.min > 100);
  });

  it('shows the whole of long pictures on request, also with 8 bits per sample', async () => {
    const root = await folder(() => tiff('uint8', { width: 32, height: 16 }, (x) => (x < 8 || x >= 24 ? 200 : 100)));
    const rows = async (fit: 'crop' | 'stretch' | 'pad') => {
      const { examples } = withFit(await openDataset(root), fit);
      for await (const { pixels, hash } of decodeAll(examples.slice(0, 1), resizeWithoutFit)) {
        const at = (x: number, y: number) => pixels![3 * (8 * y + x)]!;
        return { shown: [at(0, 4), at(4, 4), at(4, 0)], hash };
      }
      return assert.fail();
    };
    const [crop, stretch, pad] = [await rows('crop'), await rows('stretch'), await rows('pad')];
    assert.deepEqual(
      [crop.shown.slice(1), pad.shown],
      [
        [100, 100],
        [200, 100, 0],
      ],
    );
    assert.ok(crop.shown[0]! < 130); // near 100: the edge of the crop is interpolated with its neighbours
    assert.deepEqual(stretch.shown.slice(1), [100, 100]);
    assert.ok(stretch.shown[0]! > 190);
    assert.equal(new Set([crop.hash, stretch.hash, pad.hash]).size, 3); // they have different keys in the cache
    const dataset = await openDataset(root);
    assert.throws(() => withFit(dataset, 'squash' as 'pad'), /fit must be 'crop', 'stretch', 'pad', got "squash"/);
    assert.deepEqual(withFit(withFit(dataset, 'pad')), dataset);
  });

  it('keeps its range in the configuration of a run, where it is checked', () => {
    const reading = { ranges: { float32: [0, 1] as const }, bands: [2, 1, 0], fit: 'pad' as const };
    assert.deepEqual(checkReading('the run', JSON.parse(JSON.stringify(reading))), reading);
    assert.equal(checkReading('the run', undefined), undefined);
    for (const wrong of [
      { ranges: { float32: [1] } },
      { ranges: { toString: [0, 1] } },
      { bands: 'all' },
      { fit: 'all' },
      { ranges: { int16: [0, 'x'] } },
    ]) {
      assert.throws(() => checkReading('the run', wrong), /the run: /);
    }
  });
});
