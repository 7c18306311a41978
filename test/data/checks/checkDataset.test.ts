import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { imageFolder, splitDataset, withReading } from '../../../src/data';
import { checkDataset, colorDistance, hashDistance, LOOK_SIDE, lookOf, looksAlike } from '../../../src/data/checks';
import { runCommand } from '../../cli/runCommand';
import { sharedData, temporaryFolder } from '../../folders';
import { stripes, stripesFolder, writePicture } from '../../pictures';
import { npy } from '../pictures/npy';
import { tiff } from '../pictures/tiff';

interface Row {
  severity: string;
  finding: string;
  pictures: number;
  detail: string;
  advice: string;
}

const rowsOf = async (...given: Parameters<typeof checkDataset>) =>
  (await checkDataset(...given)).findings.objects() as Row[];
const named = (rows: Row[], finding: string) => rows.filter((row) => row.finding === finding);

/** A photo-like picture, with its own smooth colours for each number. */
async function photo(number: number, size = 160): Promise<Buffer> {
  const spots = Array.from({ length: 14 }, (_, i) => {
    const [x, y, hue] = [(number * 37 + i * 53) % 160, (number * 71 + i * 29) % 160, (number * 97 + i * 61) % 360];
    return `<circle cx="${x}" cy="${y}" r="${14 + ((number + i * 7) % 25)}" fill="hsl(${hue},60%,${25 + ((i * 13) % 55)}%)"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 160" width="${size}" height="${size}"><rect width="160" height="160" fill="hsl(${number * 40},40%,50%)"/>${spots.join('')}</svg>`;
  return sharp(Buffer.from(svg)).flatten({ background: '#fff' }).png().toBuffer();
}

describe('perceptual hash', () => {
  const look = async (picture: Buffer) => {
    const small = sharp(picture).resize(LOOK_SIDE, LOOK_SIDE, { fit: 'fill' }).toColourspace('srgb');
    return lookOf(new Uint8Array(await small.raw().toBuffer()));
  };

  it('is similar for the same picture in another size, quality and brightness, and different for others', async () => {
    const original = await look(await photo(1));
    const copies = {
      quality: await sharp(await photo(1))
        .jpeg({ quality: 25 })
        .toBuffer(),
      size: await photo(1, 70),
      brightness: await sharp(await photo(1))
        .modulate({ brightness: 1.15 })
        .toBuffer(),
      blurred: await sharp(await photo(1))
        .blur(3)
        .toBuffer(),
    };
    for (const [name, copy] of Object.entries(copies)) assert.ok(looksAlike(original, await look(copy), false), name);
    const gray = await look(
      await sharp(await photo(1))
        .grayscale()
        .png()
        .toBuffer(),
    );
    assert.ok(!looksAlike(original, gray, false));
    assert.ok(looksAlike(original, gray, true));
    for (let number = 2; number < 30; number++) {
      assert.ok(!looksAlike(original, await look(await photo(number)), false), `picture ${number}`);
    }
  });

  it('counts differing bits and colours', () => {
    assert.equal(hashDistance(Uint32Array.of(0, 0, 0, 0), Uint32Array.of(0xffffffff, 1, 0, 0x80000001)), 35);
    assert.equal(colorDistance(Float32Array.of(1, 2, 3), Float32Array.of(11, 12, 13)), 0);
    assert.equal(colorDistance(Float32Array.of(0, 0), Float32Array.of(4, -4)), 4);
  });
});

describe('checkDataset', () => {
  it('finds the problems of a dataset, and says what to do', async () => {
    const root = temporaryFolder();
    for (let i = 0; i < 12; i++) {
      writePicture(join(root, 'train/cat', `${i}.png`), await photo(i));
      writePicture(join(root, 'train/dog', `${i}.png`), await photo(100 + i));
      if (i < 4) writePicture(join(root, 'validation/cat', `${i}.png`), await photo(200 + i));
      if (i < 4) writePicture(join(root, 'validation/dog', `${i}.png`), await photo(300 + i));
    }
    const copy = (from: string, to: string) => copyFileSync(join(root, from), join(root, to));
    copy('train/cat/1.png', 'train/cat/copy.png');
    copy('train/cat/2.png', 'validation/cat/leak.png');
    copy('train/dog/3.png', 'train/cat/both.png');
    writePicture(
      join(root, 'validation/dog/small.jpg'),
      await sharp(await photo(104, 90))
        .jpeg()
        .toBuffer(),
    );
    writePicture(
      join(root, 'train/dog/long.png'),
      await sharp(await photo(400))
        .resize(400, 60, { fit: 'fill' })
        .png()
        .toBuffer(),
    );
    writePicture(join(root, 'train/dog/text.jpg'), 'no picture');
    const check = await checkDataset(imageFolder(root));
    const rows = check.findings.objects() as Row[];
    const details = (finding: string) => named(rows, finding).map(({ severity, detail }) => `${severity}: ${detail}`);
    assert.deepEqual(details('duplicate'), ['warning: the same picture 2 times: train/cat/1.png, train/cat/copy.png']);
    assert.deepEqual(details('leak'), [
      'error: the same picture 2 times: train/cat/2.png, validation/cat/leak.png, in train and validation',
    ]);
    assert.deepEqual(details('label conflict'), [
      'error: the same picture 2 times: train/cat/both.png, train/dog/3.png, as cat and dog',
    ]);
    assert.deepEqual(details('near leak'), [
      'warning: 2 pictures that look alike: train/dog/4.png, validation/dog/small.jpg, in train and validation',
    ]);
    assert.match(details('unreadable')[0]!, /train\/dog\/text\.jpg: not a picture: its content is in no known format/);
    assert.match(details('long')[0]!, /note: 1 more than 2 times as long as wide: train\/dog\/long\.png \(400 x 60\)/);
    assert.match(
      details('small part')[0]!,
      /10 pictures in validation: an accuracy of 90% is uncertain by ±19 percentage points/,
    );
    assert.ok(rows.every(({ advice }) => advice.length > 10));
    assert.equal(check.worst, 'error');
    assert.deepEqual(rows[0]!.severity, 'error');
    const summary = check.summary.objects() as Record<string, unknown>[];
    assert.deepEqual(
      summary.map((row) => [row.part, row.class, row.pictures]),
      [
        ['train', 'cat', 14],
        ['train', 'dog', 13],
        ['validation', 'cat', 5],
        ['validation', 'dog', 5],
      ],
    );
    assert.match(JSON.stringify(check.grid), /leak/);
  });

  it('says which files have several pages or frames, as only the first is used', async () => {
    const root = temporaryFolder();
    const pages = [await photo(1), await photo(2), await photo(3)];
    const several = sharp(pages, { join: { animated: true } });
    writePicture(join(root, 'a', 'pages.tif'), await several.clone().tiff().toBuffer());
    writePicture(join(root, 'a', 'frames.gif'), await several.clone().gif().toBuffer());
    writePicture(join(root, 'a', 'frames.webp'), await several.clone().webp().toBuffer());
    writePicture(
      join(root, 'b', 'one.tif'),
      await sharp(await photo(4))
        .tiff()
        .toBuffer(),
    );
    writePicture(
      join(root, 'b', 'one.webp'),
      await sharp(await photo(5))
        .webp()
        .toBuffer(),
    );
    const found = named(await rowsOf(imageFolder(root)), 'pages');
    assert.deepEqual(
      found.map(({ severity, detail }) => `${severity}: ${detail}`),
      ['note: 3 with several pages or frames: a/frames.gif (3), a/frames.webp (3), a/pages.tif (3)'],
    );
  });

  it('finds nothing in a balanced folder of different pictures', async () => {
    const root = temporaryFolder();
    for (let i = 0; i < 12; i++) {
      for (const [j, name] of ['a', 'b'].entries()) {
        writePicture(join(root, name, `${i}.png`), await photo(1000 * j + 7 * i));
      }
    }
    const check = await checkDataset(imageFolder(root));
    assert.deepEqual([check.findings.numRows(), check.worst], [0, 'none']);
  });

  it('finds groups on both sides of a split, imbalance and missing classes', async () => {
    const root = await stripesFolder(12);
    for (let i = 12; i < 40; i++) writePicture(join(root, 'red', `${i}.png`), await stripes('red', 60 + i));
    const dataset = imageFolder(root, { groupOf: (path) => path.slice(-5, -4) });
    const [red, others] = [
      dataset.examples.filter(({ label }) => label === 2),
      dataset.examples.filter(({ label }) => label !== 2),
    ];
    const split = {
      train: [...red.slice(4), ...others.slice(0, 14)],
      validation: [...red.slice(0, 4), ...others.slice(14)],
    };
    const rows = await rowsOf(dataset, { split });
    assert.ok(named(rows, 'group leak').length > 0);
    assert.equal(named(rows, 'group leak')[0]!.severity, 'error');
    assert.match(named(rows, 'imbalance')[0]!.detail, /pictures of 'red', 2 of 'green' in train/);
    assert.match(named(rows, 'few pictures')[0]!.detail, /2 pictures of 'green' in train/);
    assert.match(named(rows, 'missing class')[0]!.detail, /no picture of 'blue' in validation/);
    assert.equal(named(await rowsOf(dataset, { split: splitDataset(dataset) }), 'group leak').length, 0);
    assert.ok(named(await rowsOf(split), 'group leak').length > 0);
  });

  it('finds a property of files that reveals the class', async () => {
    const root = temporaryFolder();
    for (let i = 0; i < 12; i++) {
      writePicture(join(root, 'a', `${i}.png`), await photo(i));
      writePicture(
        join(root, 'b', `${i}.jpg`),
        await sharp(await photo(500 + i, 120))
          .jpeg()
          .toBuffer(),
      );
    }
    const shortcuts = named(await rowsOf(imageFolder(root)), 'shortcut').map(({ detail }) => detail);
    assert.match(shortcuts[0]!, /file format alone predicts the class of 100% of the pictures \(chance: 50%\)/);
    assert.match(shortcuts[1]!, /size alone predicts the class of 100%/);
    assert.equal(shortcuts.length, 2);
  });

  it('finds almost no pairs that look alike among real photos', async function () {
    const flowers = sharedData('flowers');
    if (!flowers) return this.skip(); // the photos are next to the project, on some machines only
    const rows = await rowsOf(imageFolder(flowers));
    assert.ok(rows.filter(({ finding }) => finding.startsWith('near')).length <= 1);
  });
});

describe('tunebook check', () => {
  it('looks at all bands of pictures that have many', async () => {
    const folder = temporaryFolder();
    const value = (seed: number) => (x: number, y: number, band: number) => {
      const wave = Math.sin((x * (1 + (seed % 5)) + y * (2 + (seed % 3))) / 9 + seed) + Math.cos((x - seed * y) / 13);
      return 400 * band + Math.round(100 * (2 + wave));
    };
    for (const [label, name] of ['field', 'water'].entries()) {
      mkdirSync(join(folder, name));
      for (let i = 0; i < 6; i++) {
        const size = { width: 96, height: 80, bands: 13 };
        const file = join(folder, name, `${i}.${i % 2 ? 'npy' : 'tif'}`);
        const of = value(20 * label + 3 * i);
        writeFileSync(file, i % 2 ? npy('<u2', [80, 96, 13], (y, x, b) => of(x, y, b)) : tiff('uint16', size, of));
      }
    }
    copyFileSync(join(folder, 'field', '0.tif'), join(folder, 'field', 'copy.tif'));
    writeFileSync(join(folder, 'water', 'broken.npy'), npy('<u2', [80, 96, 13], () => 1).subarray(0, 2000));
    const dataset = await withReading(imageFolder(folder));
    const check = await checkDataset(dataset);
    const rows = check.findings.objects() as Row[];
    assert.deepEqual(
      named(rows, 'unreadable').map(({ detail }) => /broken/.test(detail)),
      [true],
    );
    assert.equal(named(rows, 'duplicate').length, 1);
    assert.match(named(rows, 'duplicate')[0]!.detail, /0\.tif.*copy\.tif|copy\.tif.*0\.tif/);
    const summary = check.summary.objects() as { formats: string; 'median width': number; pictures: number }[];
    assert.deepEqual(
      summary.map((row) => [row.pictures, row['median width'], row.formats]),
      [
        [7, 96, 'npy uint16 of 13 bands, tiff uint16 of 13 bands'],
        [6, 96, 'npy uint16 of 13 bands, tiff uint16 of 13 bands'],
      ],
    );
  });

  it('prints its findings, and ends with an exit code for the most serious one', async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'x'));
    for (let i = 0; i < 12; i++) {
      for (const [j, name] of ['a', 'b'].entries())
        writePicture(join(root, 'x', name, `${i}.png`), await photo(1000 * j + 7 * i));
    }
    const folder = join(root, 'x');
    assert.deepEqual((await runCommand('check', '--data', folder)).status, 0);
    writePicture(join(folder, 'a', 'text.jpg'), 'this is no picture');
    const warned = await runCommand('check', '--data', folder);
    assert.equal(warned.status, 2);
    assert.match(warned.stdout, /warning: unreadable: a\/text\.jpg: not a picture/);
    copyFileSync(join(folder, 'a/1.png'), join(folder, 'b/other.png'));
    const picture = join(root, 'found.png');
    const failed = await runCommand('check', '--data', folder, '--json', '--picture', picture);
    assert.equal(failed.status, 3);
    const { worst, findings } = JSON.parse(failed.stdout.trim().split('\n').at(-1)!);
    assert.deepEqual([worst, findings[0].finding], ['error', 'label conflict']);
    assert.ok(existsSync(picture));
  });
});
