import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { buildEmojiSamples } from '../../data-samples/build';
import { classes, leftOut, listConcepts } from '../../data-samples/concepts';
import { Style, styleNames } from '../../data-samples/styles';
import { imageFolder } from '../../src/data';

/** Every file below a folder with the hash of its content. */
function hashes(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(folder.length + 1), createHash('sha256').update(readFileSync(path)).digest('hex')]),
  );
}

function count(values: Iterable<string>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

describe('the emoji sample', function () {
  this.timeout(120_000);
  const root = mkdtempSync(join(tmpdir(), 'tunebook-emoji-'));
  const folder = join(root, 'emoji');
  const reports: [number, number][] = [];
  let files: Map<string, string>;
  let pictures: string[];

  before(async () => {
    mkdirSync(join(root, 'emoji.part-999999999')); // left over from a run that was killed
    mkdirSync(join(folder, 'outdated'), { recursive: true });
    await buildEmojiSamples(folder, (done, total) => reports.push([done, total]));
    files = hashes(folder);
    pictures = [...files.keys()].filter((file) => file.endsWith('.png'));
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  it('has the expected numbers of pictures in eight classes and five styles', () => {
    assert.deepEqual(count(pictures.map((file) => file.split('/')[0]!)), {
      bird: 90,
      bug: 65,
      clothing: 188,
      fruit: 95,
      mammal: 299,
      marine: 83,
      vegetable: 84,
      vehicle: 179,
    });
    assert.deepEqual(count(pictures.map((file) => file.split('__')[1]!)), {
      'emojione.png': 155,
      'fluent-emoji-flat.png': 229,
      'noto.png': 233,
      'openmoji.png': 233,
      'twemoji.png': 233,
    });
    for (const file of pictures) assert.match(file, /^[a-z]+\/[a-z0-9-]+__[a-z-]+\.png$/);
  });

  it('replaces an earlier folder and removes the temporary files, also those of a run that was killed', () => {
    assert.deepEqual(readdirSync(root), ['emoji']);
    assert.deepEqual(readdirSync(folder).sort(), [...classes, 'LICENSES.md', 'labels.csv'].sort());
  });

  it('has the same bytes when drawn again', async () => {
    const again = join(root, 'again');
    await buildEmojiSamples(again);
    assert.deepEqual(hashes(again), files);
  });

  it('has no concept in two classes and no picture twice', () => {
    const concepts = listConcepts();
    assert.equal(new Set(concepts.map(({ name }) => name)).size, concepts.length);
    const twice = Object.entries(count(files.values())).filter(([, times]) => times > 1);
    assert.deepEqual(twice, []);
  });

  it('leaves out only concepts that exist', () => {
    const names = new Set(listConcepts().map(({ name }) => name));
    const noto = new Style('noto');
    for (const name of leftOut) {
      assert.ok(!names.has(name));
      assert.ok(noto.svg(name, 224, 16) !== undefined, `${name} is misspelt`);
    }
  });

  it('has pictures of 224 x 224 pixels in colour, with a white margin, none of them blank', async () => {
    for (const file of pictures) {
      const { data, info } = await sharp(join(folder, file)).raw().toBuffer({ resolveWithObject: true });
      assert.deepEqual([info.width, info.height, info.channels], [224, 224, 3], file);
      const edge = [...data.subarray(0, 3 * 224 * 8), ...data.subarray(-3 * 224 * 8)];
      assert.ok(
        edge.every((value) => value >= 250),
        `${file} reaches into its margin`,
      );
      assert.ok(
        data.some((value) => value < 200),
        `${file} is blank`,
      );
    }
  });

  it('has a label and a licence for every picture', () => {
    const [header, ...rows] = readFileSync(join(folder, 'labels.csv'), 'utf8').trimEnd().split('\n');
    assert.equal(header, 'file,class,group,concept,style,licence');
    assert.deepEqual(rows.map((row) => row.split(',')[0]!).sort(), pictures);
    const licences = new Set(rows.map((row) => row.split(',').slice(4).join(' ')));
    assert.deepEqual([...licences].sort(), [
      'emojione CC-BY-4.0',
      'fluent-emoji-flat MIT',
      'noto Apache-2.0',
      'openmoji CC-BY-SA-4.0',
      'twemoji CC-BY-4.0',
    ]);
    const text = readFileSync(join(folder, 'LICENSES.md'), 'utf8');
    for (const name of styleNames) assert.ok(text.includes(`| ${name} |`));
  });

  it('is read by imageFolder, grouped by concept', () => {
    const dataset = imageFolder(folder);
    assert.deepEqual(dataset.classes, classes);
    assert.equal(dataset.examples.length, pictures.length);
    assert.deepEqual(dataset.skipped, []);
    const lion = dataset.examples.filter(({ group }) => group === 'lion');
    assert.equal(lion.length, 5);
  });

  it('reports progress', () => {
    assert.equal(reports.length, pictures.length);
    assert.deepEqual(reports.at(-1), [pictures.length, pictures.length]);
  });

  it('does not change an existing folder when it fails', async () => {
    const before = hashes(folder);
    const failing = buildEmojiSamples(folder, () => {
      throw new Error('stop here');
    });
    await assert.rejects(failing, /stop here/);
    assert.deepEqual(hashes(folder), before);
    assert.ok(!existsSync(`${folder}.part-${process.pid}`));
  });
});
