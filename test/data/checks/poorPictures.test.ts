import assert from 'node:assert/strict';
import { join } from 'node:path';
import sharp from 'sharp';
import { type Example, imageFolder } from '../../../src/data';
import { checkDataset } from '../../../src/data/checks';
import { runCommand } from '../../cli/runCommand';
import { sharedData, temporaryFolder } from '../../folders';
import { writePicture } from '../../pictures';

const POOR = ['uniform', 'dark', 'overexposed', 'blurred', 'outlier'];

interface Row {
  severity: string;
  finding: string;
  pictures: number;
  detail: string;
}

/** For each kind of poor picture, the names of those found. */
async function poorOf(folder: string, wanted: (example: Example, i: number) => boolean = () => true) {
  const dataset = imageFolder(folder);
  const check = await checkDataset({ ...dataset, examples: dataset.examples.filter(wanted) }, { pictures: 0 });
  const rows = check.pictures.objects() as { finding: string; class: string; file: string }[];
  return Object.fromEntries(
    POOR.map((kind) => [kind, rows.filter(({ finding }) => finding === kind).map(({ file }) => file)]),
  );
}

/** A picture with sharp edges, of its own colours for each number. */
function drawing(number: number): sharp.Sharp {
  const spots = Array.from({ length: 14 }, (_, i) => {
    const [x, y, hue] = [(number * 37 + i * 53) % 160, (number * 71 + i * 29) % 160, (number * 97 + i * 61) % 360];
    return `<circle cx="${x}" cy="${y}" r="${14 + ((number + i * 7) % 25)}" fill="hsl(${hue},60%,${25 + ((i * 13) % 45)}%)"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 160" width="256" height="256"><rect width="160" height="160" fill="hsl(${number * 40},40%,50%)"/>${spots.join('')}</svg>`;
  return sharp(Buffer.from(svg)).flatten({ background: '#fff' });
}

const plain = (width: number, height: number, background: string) =>
  sharp({ create: { width, height, channels: 3, background } });

/** A folder of good pictures, and one of each poor kind. */
async function folderWithPoorPictures(): Promise<string> {
  const root = temporaryFolder();
  const write = async (name: string, picture: sharp.Sharp) =>
    writePicture(join(root, name), await picture.png().toBuffer());
  for (let i = 0; i < 12; i++) {
    await write(`a/${i}.png`, drawing(i));
    await write(`b/${i}.png`, drawing(100 + 7 * i));
  }
  await write('a/blurred.png', drawing(300).blur(5));
  await write('a/very-blurred.png', drawing(301).blur(9));
  await write('b/dark.png', drawing(302).linear(0.05, 0));
  await write('b/overexposed.png', drawing(303).linear(6, 0));
  await write('b/uniform.png', plain(300, 200, '#7a8a6a'));
  await write('b/tiny.png', drawing(304).resize(24, 24));
  return root;
}

describe('poor pictures', function () {
  this.timeout(60_000);

  it('are found, each for its own reason, and listed with their files', async () => {
    const root = await folderWithPoorPictures();
    const check = await checkDataset(imageFolder(root));
    const rows = check.findings.objects() as Row[];
    const details = Object.fromEntries(
      rows.map(({ finding, severity, detail }) => [finding, `${severity}: ${detail}`]),
    );
    assert.match(details.uniform!, /^note: 1 of nearly one colour: b\/uniform\.png$/);
    assert.match(details.dark!, /^note: 1 with hardly a pixel brighter than 37%: b\/dark\.png \([1-5]%\)$/);
    assert.match(details.overexposed!, /^note: 1 in which most pixels are clipped .*: b\/overexposed\.png$/);
    assert.match(
      details.blurred!,
      /^note: 2 with a blur of more than 1\.1 pixels .*: a\/very-blurred\.png \([789]\.\d\), a\/blurred\.png \([45]\.\d\)$/,
    );
    assert.match(details.outlier!, /^note: 1 with an unusual size \(median 256 pixels\): b\/tiny\.png \(24 pixels\)$/);
    assert.equal(check.worst, 'note');
    const pictures = check.pictures.objects() as Record<string, string>[];
    assert.deepEqual(
      pictures.filter(({ finding }) => finding === 'blurred').map(({ finding: _, ...row }) => row),
      ['a/very-blurred.png', 'a/blurred.png'].map((name) => ({ part: 'all', class: 'a', file: join(root, name) })),
    );
    assert.match(JSON.stringify(check.grid), /overexposed/);
  });

  it('are advice: the command ends without an error, and lists their files in its JSON', async () => {
    const root = await folderWithPoorPictures();
    const { status, stdout } = await runCommand('check', '--data', root);
    assert.equal(status, 0);
    assert.match(stdout, /note: blurred: 2 with a blur .*\n {2}replace them by sharp ones/);
    const { findings } = JSON.parse(
      (await runCommand('check', '--data', root, '--json')).stdout.trim().split('\n').at(-1)!,
    );
    const dark = (findings as { finding: string; files: string[] }[]).find(({ finding }) => finding === 'dark')!;
    assert.deepEqual(dark.files, [join(root, 'b/dark.png')]);
  });

  it('are hardly any of real photos and of the drawings of the sample', async function () {
    const nothing = Object.fromEntries(POOR.map((kind) => [kind, []]));
    assert.deepEqual(await poorOf('emoji', (_, i) => i % 8 === 0), nothing);
    const [flowers, signs] = [sharedData('flowers'), sharedData('sign-digits')];
    if (!flowers || !signs) return this.skip(); // the photos are next to the project, on some machines only
    assert.deepEqual(await poorOf(flowers, (_, i) => i % 3 === 0), nothing);
    // two of the photos of hands are thirty times as large as the others
    assert.deepEqual({ ...(await poorOf(signs, (_, i) => i % 4 === 0)), outlier: [] }, nothing);
  });

  it('are nearly all found where photos are made poor', async function () {
    const flowers = sharedData('flowers');
    if (!flowers) return this.skip();
    const root = temporaryFolder();
    const photos = imageFolder(flowers).examples.filter((_, i) => i % 9 === 0);
    const faults: Record<string, [string, (photo: sharp.Sharp) => sharp.Sharp]> = {
      'blur-3': ['blurred', (photo) => photo.blur(3)],
      'blur-8': ['blurred', (photo) => photo.blur(8)],
      'x-0.05': ['dark', (photo) => photo.linear(0.05, 0)],
      'x-6': ['overexposed', (photo) => photo.linear(6, 0)],
    };
    for (const [name, [, change]] of Object.entries(faults)) {
      for (const [i, { file }] of photos.entries()) {
        writePicture(join(root, name, `${i}.jpg`), await change(sharp(file)).jpeg({ quality: 90 }).toBuffer());
      }
    }
    const found = await poorOf(root);
    for (const [name, [kind]] of Object.entries(faults)) {
      const right = found[kind]!.filter((file) => file.startsWith(join(root, name)));
      // six times the light leaves a dark photo well exposed
      const least = name === 'x-6' ? 0.8 : 0.95;
      assert.ok(right.length >= least * photos.length, `${name}: ${right.length} of ${photos.length}`);
    }
  });

  it('are judged by finite numbers, also in pictures of a single pixel and very large ones', async () => {
    const root = temporaryFolder();
    const sizes: [number, number][] = [
      [1, 1],
      [8, 8],
      [9, 4000],
      [16000, 8],
      [9000, 9000],
    ];
    for (const [i, [width, height]] of sizes.entries()) {
      for (const name of ['a', 'b'])
        writePicture(join(root, name, `${i}.png`), await plain(width, height, '#345').png().toBuffer());
    }
    const check = await checkDataset(imageFolder(root), { pictures: 0 });
    const rows = check.findings.objects() as Row[];
    assert.ok(
      rows.every(({ detail }) => !/NaN|Infinity|undefined/.test(detail)),
      JSON.stringify(rows),
    );
    assert.deepEqual(
      rows
        .filter(({ finding }) => finding === 'uniform' || finding === 'unreadable')
        .map(({ finding, pictures }) => [finding, pictures]),
      [
        ['unreadable', 1],
        ['unreadable', 1],
        ['uniform', 8],
      ],
    );
  });
});
