import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { buildLetterSamples, letters } from '../../data-samples/letters/build';
import { letterSvg } from '../../data-samples/letters/letterSvg';
import { listTypefaces, typefaceNames } from '../../data-samples/letters/typefaces';
import { projectFolder } from '../../src/core/paths';
import { type Dataset, imageFolder, splitDataset } from '../../src/data';

const names = Object.values(typefaceNames).flat();

describe('the sample of letters', function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'tunebook-letters-'));
  let dataset: Dataset;
  before(async () => {
    await buildLetterSamples(folder);
    dataset = imageFolder(folder);
  });
  after(() => rmSync(folder, { recursive: true }));

  it('has each letter in each typeface, in print and as on a poster', () => {
    assert.deepEqual(dataset.classes, letters);
    assert.deepEqual(dataset.skipped, []);
    assert.ok(2 * names.length >= 100);
    for (const letter of letters) {
      const expected = names.flatMap((name) => [`${name}__poster.png`, `${name}__print.png`]);
      assert.deepEqual(readdirSync(join(folder, letter)).sort(), expected.sort());
    }
  });

  it('has all typefaces that are installed for it, and each once', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8'));
    const installed = Object.keys(devDependencies).filter((name) => name.startsWith('@fontsource/'));
    assert.deepEqual(names.map((name) => `@fontsource/${name}`).sort(), installed.sort());
  });

  it('keeps a typeface on one side of a split', () => {
    const { train, validation } = splitDataset(dataset, { seed: 1 });
    const shown = new Set(train.map(({ group }) => group));
    assert.ok(validation.length > 0 && validation.every(({ group }) => group !== undefined && !shown.has(group)));
  });

  it('has no picture twice, none blank, and none that reaches its edge', async () => {
    const seen = new Set<string>();
    for (const { file } of dataset.examples) {
      const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
      assert.deepEqual([info.width, info.height, info.channels], [224, 224, 3], file);
      const paper = [...data.subarray(0, 3)];
      const isPaper = (i: number) => paper.every((value, c) => data[3 * i + c] === value);
      const edge = Array.from({ length: 224 }, (_, i) => [i, 224 * 223 + i, 224 * i, 224 * i + 223]).flat();
      assert.ok(edge.every(isPaper), `${file} reaches its edge`);
      assert.ok(
        data.some((value, i) => Math.abs(value - paper[i % 3]!) > 60),
        `${file} can hardly be seen`,
      );
      seen.add(createHash('sha256').update(data).digest('hex'));
    }
    assert.equal(seen.size, dataset.examples.length);
  });

  it('is made of the same drawings each time, so that its bytes are the same on every machine', () => {
    // the hash is that of all drawings as text: it changes if a number in them depends on the machine
    const hash = createHash('sha256');
    for (const { name, font } of listTypefaces())
      for (const look of ['print', 'poster'] as const) hash.update(letterSvg(font.getPath('R', 0, 0, 200), look, name));
    assert.equal(hash.digest('hex'), '3df9966464519dce08367fe275e9b77d0433d79621fbf9b0922ad1d79d7df8c0');
  });

  it('names the typeface, style and licence of every picture, and the copyright of every typeface', () => {
    const [header, ...rows] = readFileSync(join(folder, 'labels.csv'), 'utf8').trimEnd().split('\n');
    assert.equal(header, 'file,class,group,typeface,style,look,licence');
    assert.equal(rows.length, dataset.examples.length);
    for (const row of rows) assert.match(row, /,(?:OFL-1\.1|Apache-2\.0)$/);
    const text = readFileSync(join(folder, 'LICENSES.md'), 'utf8');
    for (const { name, copyright } of listTypefaces())
      assert.ok(text.includes(`@fontsource/${name} `) && text.includes(copyright));
  });
});
