import assert from 'node:assert/strict';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { cacheFolder, projectFolder } from '../../../src/core/paths';
import { checkReading, decodeAll, decodePicture, openPicture, type Reading, thumbnail } from '../../../src/data';
import { checkDataset } from '../../../src/data/checks';
import { openDataset } from '../../../src/data/public';
import { reportHtml } from '../../../src/report';
import { predict, saveRun } from '../../../src/runs';
import { train } from '../../../src/training';
import { temporaryFolder, withEmptyCache } from '../../folders';
import { writePicture } from '../../pictures';
import { compressedScan, dataSet, dicomFile, type ScanOptions, scan, type Tags } from './dicomFile';

/** Files that pydicom, GDCM and Pillow wrote, and what pydicom reads from them; dicom.py writes them. */
const written = JSON.parse(readFileSync(join(projectFolder, 'test/data/pictures/dicom.json'), 'utf8')) as {
  name: string;
  file: string;
  expected: number[][] | number[][][];
}[];

const resize = { inputSize: 8, crop: 1, interpolation: 'bilinear', fit: 'stretch' } as const;
const decode = (content: Buffer, reading?: Reading) => decodePicture(content, resize, reading);
/** The brightness of each of two halves of a picture. */
const halves = async (content: Buffer, reading?: Reading) => {
  const pixels = await decode(content, reading);
  return [pixels[0], pixels[3 * 7]];
};
const twoValues = (left: number, right: number, options: ScanOptions = {}) =>
  scan((x) => (x < (options.width ?? 16) / 2 ? left : right), options);

describe('DICOM files', () => {
  for (const { name, file, expected } of written) {
    it(`are read as by pydicom: ${name}`, async () => {
      const { pixels, width, height, format } = await openPicture(Buffer.from(file, 'base64'));
      assert.deepEqual([width, height, format], [20, 12, 'dicom']);
      const colors = Array.isArray(expected[0]![0]);
      const numbers = (expected as number[][]).flat(2);
      assert.equal(numbers.length, 240 * (colors ? 3 : 1));
      assert.ok(new Set(numbers).size > 10); // it shows something
      const shown = colors ? numbers : numbers.flatMap((value) => [value, value, value]);
      const far = [...pixels!.data].findIndex(
        (value, i) => Math.abs(value - shown[i]!) > (name.startsWith('JPEG,') ? 1 : 0),
      );
      assert.equal(far, -1, `${pixels!.data[far]} instead of ${shown[far]} at ${far}`);
    });
  }

  it('are read with their window, or with the given range of values, which takes the place of the window', async () => {
    const lung = twoValues(24, 1424, { window: [-300, 1401], rescale: [1, -1024] }); // -1000 and 400
    assert.deepEqual(await halves(lung), [0, 255]);
    assert.deepEqual(await halves(lung, { ranges: { dicom: 'window' } }), [0, 255]);
    assert.deepEqual(await halves(lung, { ranges: { dicom: [-2000, 800] } }), [91, 219]);
    assert.deepEqual(await halves(lung, { ranges: { uint16: [0, 10] } }), [0, 255]); // meant for other files
    const inverted = twoValues(100, 300, { window: [200.5, 401], photometric: 'MONOCHROME1' });
    assert.deepEqual(await halves(inverted), [191, 64]);
    const negative = twoValues(-100, 100, { bits: 16, signed: true, window: [0.5, 401] });
    assert.deepEqual(await halves(negative), [64, 191]);
    const threshold = twoValues(10, 11, { window: [11, 1] });
    assert.deepEqual(await halves(threshold), [0, 255]);
  });

  it('are refused when their values for black and white are unknown', async () => {
    await assert.rejects(
      decode(twoValues(100, 900)),
      /^UserError: DICOM samples from 100 to 900: set which values are black/,
    );
    await assert.rejects(
      decode(twoValues(100, 900), { ranges: { dicom: 'window' } }),
      /a DICOM file without a window, while the others are shown through theirs: set which values are black/,
    );
    assert.deepEqual(await halves(twoValues(100, 900), { ranges: { dicom: [100, 900] } }), [0, 255]);
  });

  it('ignore bits that are not used, and take the sign from the highest one that is', async () => {
    const overlay = twoValues(0xf000 + 100, 0x1000 + 300, { window: [200.5, 401] });
    assert.deepEqual(await halves(overlay), [64, 191]);
    const signed = twoValues(0xfff & -100, 100, { signed: true, window: [0.5, 401] });
    assert.deepEqual(await halves(signed), [64, 191]);
  });

  const pixels = { '7fe0,0010:OW': Buffer.alloc(384) };
  const refused: [string, Buffer, RegExp][] = [
    [
      'several frames',
      scan(() => 1, { more: { '0028,0008:IS': '24' } }),
      /a DICOM file of 24 frames: only files of one frame/,
    ],
    [
      'HTJ2K',
      dicomFile(pixels, '1.2.840.10008.1.2.4.201'),
      /a DICOM file with high-throughput JPEG 2000, which is not read/,
    ],
    ['video', dicomFile(pixels, '1.2.840.10008.1.2.4.102'), /a DICOM file with video, which is not read/],
    ['a new syntax', dicomFile(pixels, '1.2.3.4'), /a DICOM file with transfer syntax 1\.2\.3\.4, which is not read/],
    ['text as syntax', dicomFile(pixels, 'Planted^Name'), /a DICOM file with an unknown transfer syntax/],
    ['a report', dicomFile({ '0010,0010:PN': 'Planted' }), /a DICOM file without pixels, such as a report/],
    ['floating point', dicomFile({ '7fe0,0008:OF': Buffer.alloc(40) }), /a DICOM file with floating-point pixels/],
    ['no size', dicomFile(pixels), /a damaged DICOM file: its size or bits per pixel are missing/],
    [
      '1 bit',
      scan(() => 1, { more: { '0028,0100:US': 1, '0028,0101:US': 1 } }),
      /with 1 bits per sample, expected 8, 16 or 32/,
    ],
    ['wrong bits', scan(() => 1, { more: { '0028,0101:US': 20, '0028,0102:US': 19 } }), /a damaged DICOM file/],
    ['shifted bits', scan(() => 1, { more: { '0028,0102:US': 15 } }), /a damaged DICOM file/],
    ['unknown colours', scan(() => 1, { photometric: 'Planted' }), /in colours that are not read: save it as RGB/],
    [
      'deep colours',
      scan(() => 1, { photometric: 'RGB', more: { '0028,0002:US': 3 } }),
      /with colours of 12 bits per sample/,
    ],
    [
      'half colours',
      scan(() => 1, { photometric: 'YBR_FULL_422', more: { '0028,0002:US': 3 } }),
      /colours at half resolution/,
    ],
    [
      'too few pixels',
      scan(() => 1, { window: [5, 9], more: { '0028,0010:US': 13 } }),
      /it has fewer pixels than its tags say/,
    ],
    [
      'a huge size',
      scan(() => 1, { more: { '0028,0010:US': 65_000, '0028,0011:US': 65_000 } }),
      /more than 100 million pixels/,
    ],
    ['a tiny size', scan(() => 1, { width: 4, height: 4, window: [5, 9] }), /4 x 4 pixels: a side has fewer than 8/],
  ];
  for (const [name, content, message] of refused) {
    it(`are refused by name: ${name}`, () => assert.rejects(decode(content), message));
  }

  it('that are damaged are refused in one line, without text from the file', async () => {
    const contents = written.map(({ file }) => Buffer.from(file, 'base64'));
    let refusals = 0;
    const attempt = async (content: Buffer) => {
      try {
        await decode(content);
      } catch (error) {
        refusals++;
        assert.equal((error as Error).name, 'UserError', (error as Error).stack);
        assert.doesNotMatch((error as Error).message, /\n|Planted|Name|buffer|undefined/);
        assert.ok((error as Error).message.length < 250);
      }
    };
    for (const content of contents) {
      // pixels that are cut off here or a little later are refused alike
      for (let length = 132; length < content.length; length += length < 1500 ? 37 : 997)
        await attempt(content.subarray(0, length));
    }
    assert.ok(refusals > 400);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(contents.length - 1),
        fc.array(fc.tuple(fc.nat(100_000), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        async (which, changes) => {
          const content = Buffer.from(contents[which]!);
          // mostly the tags, which come before the pixels
          for (const [at, value] of changes) content[132 + (at % Math.min(700, content.length - 132))] = value;
          await attempt(content);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('that would take much memory are refused before they do', async () => {
    const many = (count: number) => Buffer.concat(Array(count).fill(Buffer.from('110010004c4f0000', 'hex')));
    const start = dicomFile({});
    await assert.rejects(
      decode(Buffer.concat([start, many(2 ** 20 + 10), Buffer.alloc(2 ** 20)])),
      /more than 8 MB of tags/,
    );
    let nested: Tags = { '0008,0100:SH': 'A' };
    for (let depth = 0; depth < 500; depth++) nested = { '0008,1140:SQ': [nested] };
    await assert.rejects(decode(Buffer.concat([start, dataSet(nested)])), /a DICOM file without pixels/);
    const endless = Buffer.concat(
      Array(200_000).fill(Buffer.from('0800401153510000ffffffff' + 'feff00e0ffffffff', 'hex')),
    );
    await assert.rejects(decode(Buffer.concat([start, endless])), /a damaged DICOM file/);
    const bomb = deflateRawSync(Buffer.alloc(80 * 2 ** 20));
    const deflated = Buffer.concat([dicomFile({}, '1.2.840.10008.1.2.1.99'), bomb]);
    await assert.rejects(decode(deflated), /a deflated DICOM file of more than 64 MB/);
    const rle = Buffer.alloc(64 + 10);
    for (const [i, value] of [2, 64, 66].entries()) rle.writeUInt32LE(value, 4 * i);
    const packed = compressedScan(rle, '1.2.840.10008.1.2.5', { width: 9000, height: 9000, window: [5, 9] });
    await assert.rejects(decode(packed), /a damaged DICOM file/);
  });
});

describe('compressed pixels of DICOM files', () => {
  const jpeg = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: '#777777' } })
      .toColourspace('b-w')
      .jpeg()
      .toBuffer();
  const [baseline, lossless, jpegLs, jpeg2000] = [50, 70, 80, 90].map((end) => `1.2.840.10008.1.2.4.${end}`) as [
    ...[string, string, string, string],
  ];

  it('are refused when they have another size than the tags say', async () => {
    for (const syntax of [baseline, lossless]) {
      const content = compressedScan(await jpeg(24, 12), syntax, { bits: 8 });
      await assert.rejects(decode(content), /its pixels are of another size than its tags say/);
    }
    assert.deepEqual(await halves(compressedScan(await jpeg(16, 12), baseline, { bits: 8 })), [0x77, 0x77]);
  });

  it('are refused by name when no decoder reads them', async () => {
    const deep = await jpeg(16, 12);
    deep[deep.indexOf(Buffer.from([0xff, 0xc0])) + 4] = 12;
    const content = compressedScan(deep, '1.2.840.10008.1.2.4.51', { window: [5, 9] });
    await assert.rejects(decode(content), /a DICOM file with JPEG of 12 bits: save it uncompressed, or as JPEG 2000/);
    for (const syntax of [baseline, lossless, jpegLs, jpeg2000, '1.2.840.10008.1.2.5']) {
      await assert.rejects(
        decode(compressedScan(Buffer.from('no picture'), syntax, { bits: 8 })),
        /a damaged DICOM file/,
      );
    }
  });
});

describe('a dataset of DICOM files', () => {
  function folder(make: (i: number, j: number) => Buffer, name: (i: number) => string = (i) => `${i}.dcm`): string {
    const root = temporaryFolder();
    for (const [j, label] of ['ill', 'well'].entries()) {
      for (let i = 0; i < 4; i++) writePicture(join(root, label, name(i)), make(i, j));
    }
    return root;
  }
  const open = async (root: string, options: Parameters<typeof openDataset>[1] = {}) => {
    const dataset = await openDataset(root, options);
    const values: (number | string)[] = [];
    for await (const { pixels, reason } of decodeAll(dataset.examples, resize))
      values.push(pixels ? pixels[0]! : reason!);
    return { dataset, values, reading: dataset.examples[0]!.reading, notes: dataset.notes ?? [] };
  };
  const level = (options: (i: number) => ScanOptions) =>
    folder((i, j) => scan((x) => 1000 + 100 * i + 10 * j + (x % 2), options(i)));

  it('is read with the window of the files when it is the same in all, and new pictures are, too', async () => {
    const { reading, notes, values } = await open(level(() => ({ window: [300.5, 1001], rescale: [1, -1024] })));
    assert.deepEqual(reading, { ranges: { dicom: [-200, 800] } });
    assert.match(
      notes.join(),
      /8 pictures have DICOM samples, from -24 to 287: -200 is read as black and 800 as white \(range 'auto': the window in the files\)/,
    );
    assert.ok(
      values.every((value) => typeof value === 'number' && value >= 44 && value <= 124),
      String(values),
    );
    // another window in a new file changes nothing
    const other = twoValues(1024, 1524, { window: [5000, 10], rescale: [1, -1024] });
    assert.deepEqual(await halves(other, reading), [51, 179]);
  });

  it('is read with the window of each file when they differ', async () => {
    const { reading, notes, values } = await open(level((i) => ({ window: [1000.5 + 100 * i, 201] })));
    assert.deepEqual(reading, { ranges: { dicom: 'window' } });
    assert.match(notes.join(), /each is read with the window in its file, as they differ \(range 'auto'\)/);
    assert.ok(
      values.every((value) => typeof value === 'number' && value >= 127 && value <= 142),
      String(values),
    );
  });

  it('is read with percentiles of all when a file has no window, and with a given range', async () => {
    const make = (i: number): ScanOptions => (i === 3 ? {} : { window: [300, 100] });
    assert.deepEqual((await open(level(make))).reading, { ranges: { dicom: [1000, 1311] } });
    const root = level(() => ({ window: [300, 100], rescale: [2, -1024] }));
    assert.deepEqual((await open(root, { range: [-100, 900] })).reading, { ranges: { dicom: [-100, 900] } });
    assert.deepEqual((await open(root, { range: 'full' })).reading, { ranges: { dicom: [-1024, 7166] } });
    assert.deepEqual((await open(root, { range: 'percentile' })).reading, { ranges: { dicom: [976, 1598] } });
  });

  it('keeps how it is read in the configuration of a run, where it is checked', () => {
    for (const reading of [{ ranges: { dicom: 'window' } }, { ranges: { dicom: [-200, 800] } }]) {
      assert.deepEqual(checkReading('the run', JSON.parse(JSON.stringify(reading))), reading);
    }
    assert.throws(() => checkReading('the run', { ranges: { uint16: 'window' } }), /the run: range must be/);
    assert.throws(() => checkReading('the run', { ranges: { dicom: 'best' } }), /the run: range must be/);
  });

  it('is recognized by content: without extension, or with that of another format', async () => {
    const names = ['IM0001', '1.2.840.113619.2.5', 'scan.ima', 'photo.jpg'];
    const make = (i: number, j: number) =>
      scan((x) => 100 * i + 20 * j + x, { width: 40, height: 32, window: [300, 600] });
    const root = folder(make, (i) => names[i]!);
    writeFileSync(join(root, 'ill', 'README'), 'no picture');
    const { dataset } = await open(root);
    assert.equal(dataset.examples.length, 8);
    assert.deepEqual(
      dataset.skipped.map(({ file }) => file.replace(root, '')),
      ['/ill/README'],
    );
    const check = await checkDataset(dataset);
    const formats = (check.summary.objects() as { formats: string }[]).map((row) => row.formats);
    assert.deepEqual(formats, ['dicom uint16', 'dicom uint16']);
    const unreadable = (check.findings.objects() as { finding: string; detail: string }[]).filter(
      ({ finding }) => finding === 'unreadable',
    );
    assert.deepEqual(
      unreadable.map(({ detail }) => detail.split(':')[0]),
      ['ill/README'],
    );
    const shown = Buffer.from((await thumbnail(dataset.examples[7]!)).split(',')[1]!, 'base64');
    const { channels } = await sharp(shown).stats();
    assert.ok(Math.abs(channels[0]!.mean - 102) < 6, String(channels[0]!.mean)); // not the grey square of a failure
  });

  it('leaves no personal data in anything that is written', async function () {
    this.timeout(240_000);
    const secret = 'Zebediah^Plantagenet';
    const make = (i: number, j: number) =>
      scan((x, y) => 400 * j + ((x * (i + 3) + y * 5) % 300), {
        ...{ width: 48, height: 40, window: [400, 900], patient: secret },
        more: {
          '0008,0090:PN': secret,
          '0010,0020:LO': secret,
          '0032,4000:LT': `seen by ${secret}`,
          '0028,4000:LT': secret,
        },
      });
    const root = folder(make);
    // one that cannot be read is reported, without quoting it
    writePicture(join(root, 'ill', 'broken.dcm'), dicomFile({ '0010,0010:PN': secret, '0028,0010:US': 5 }, secret));
    writePicture(join(root, 'well', 'cut.dcm'), make(1, 1).subarray(0, 900));
    const weights = cacheFolder('weights');
    await withEmptyCache(async (cache) => {
      symlinkSync(weights, join(cache, 'weights')); // not searched, as links are not followed
      const said: string[] = [];
      const listener = { onMessage: (text: string) => void said.push(text) };
      const dataset = await openDataset(root, { listener });
      assert.match(
        JSON.stringify(await checkDataset(dataset).then(({ findings }) => findings.objects())),
        /unknown transfer syntax/,
      );
      const result = await train(dataset, { epochs: 1, inputSize: 32, listener });
      const out = temporaryFolder();
      await saveRun(result, join(out, 'run'));
      const { data } = JSON.parse(readFileSync(join(out, 'run', 'config.json'), 'utf8'));
      assert.deepEqual(data.reading, { ranges: { dicom: [-50, 849] } });
      const told: string[] = [];
      const html = await reportHtml(join(out, 'run'), { say: (text) => void told.push(text) });
      writeFileSync(join(out, 'report.html'), html + told.join());
      const { predictions, skipped } = await predict({ run: join(out, 'run') }, [
        join(root, 'ill/0.dcm'),
        join(root, 'ill/broken.dcm'),
      ]);
      assert.equal(predictions.length, 1);
      writeFileSync(
        join(out, 'said.json'),
        JSON.stringify([said, skipped, predictions, result.skipped, dataset.notes]),
      );
      result.dispose();
      let files = 0;
      for (const folderOf of [out, cache]) {
        for (const entry of readdirSync(folderOf, { recursive: true, withFileTypes: true })) {
          assert.doesNotMatch(entry.name, /Zebediah|Plantagenet/);
          if (!entry.isFile()) continue;
          files++;
          const content = readFileSync(join(entry.parentPath, entry.name)).toString('latin1');
          assert.doesNotMatch(content, /Zebediah|Plantagenet/, entry.name);
          assert.ok(!content.includes(Buffer.from(secret).toString('base64').slice(4, 20)), entry.name);
        }
      }
      assert.ok(files > 8);
    });
  });
});
