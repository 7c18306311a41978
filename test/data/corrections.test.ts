import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as tar from 'tar';
import { cleanPart } from '../../src/cli/cacheParts';
import { UserError } from '../../src/core/errors';
import { type Correction, correctionName, readCorrections, writeCorrections } from '../../src/data';
import { openDataset } from '../../src/data/public';
import { saveRun } from '../../src/runs';
import { readConfiguration } from '../../src/runs/readConfiguration';
import { train } from '../../src/training';
import { cleanLabels } from '../../src/widgets';
import { temporaryFolder, withEmptyCache } from '../folders';
import { stripes, stripesFolder, writePicture } from '../pictures';
import { zipOf } from './public/archives';

/** All files below a folder with their contents. */
const contents = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [relative(folder, file), readFileSync(file, 'base64')]),
  );

const labelOf = async (folder: string, file: string, options = {}) => {
  const { examples, classes } = await openDataset(folder, options);
  const found = examples.find((example) => relative(folder, example.file) === file);
  return found && classes[found.label];
};

const corrections: Correction[] = [
  { file: 'red/0.png', action: 'relabel', label: 'blue', was: 'red' },
  { file: 'red/1.png', action: 'leave out', was: 'red' },
  { file: 'green/1.png', action: 'keep', was: 'green' },
];

describe('corrections.csv', function () {
  this.timeout(120_000);

  it('is read as it was written, sorted, with names of any kind', () => {
    const folder = temporaryFolder();
    const strange = ['=cmd.png', 'a,b "c".png', ' ä\n.png', "'+1.png"].map(
      (file): Correction => ({ file, action: 'relabel', label: '@class', was: '-1' }),
    );
    writeCorrections({ folder }, [...corrections, ...strange]);
    const byName = (a: Correction, b: Correction) => (a.file < b.file ? -1 : 1);
    assert.deepEqual(readCorrections({ folder }), [...corrections, ...strange].sort(byName));
    assert.deepEqual(readdirSync(folder), ['corrections.csv'], 'nothing temporary stays');
    assert.deepEqual(readCorrections({ folder: temporaryFolder() }), []);
  });

  it('gives pictures other labels and leaves them out when a dataset is opened, and changes no picture', async () => {
    const folder = await stripesFolder(3);
    const before = contents(folder);
    writeCorrections({ folder }, corrections);
    const dataset = await openDataset(folder);
    assert.equal(await labelOf(folder, 'red/0.png'), 'blue');
    assert.equal(await labelOf(folder, 'red/1.png'), undefined);
    assert.equal(await labelOf(folder, 'green/1.png'), 'green');
    assert.equal(dataset.examples.length, 8);
    const { relabeled, leftOut, fingerprint } = dataset.corrections!;
    assert.deepEqual([relabeled, leftOut], [1, 1]);
    assert.match(fingerprint, /^[0-9a-f]{64}$/);
    assert.ok(dataset.skipped.some(({ reason }) => reason === 'left out in corrections.csv'));
    assert.ok(dataset.notes?.includes('corrections.csv: 1 picture has another label, 1 left out'));
    const { 'corrections.csv': _, ...after } = contents(folder);
    assert.deepEqual(after, before);
  });

  it('of an archive is kept apart from its pictures, which are removed from the cache and unpacked again', () =>
    withEmptyCache(async () => {
      const pictures = contents(await stripesFolder(3));
      const entries = Object.entries(pictures).map(([file, text]) => ({
        name: file,
        content: Buffer.from(text, 'base64'),
      }));
      const archive = join(temporaryFolder(), 'photos.zip');
      writeFileSync(archive, zipOf(entries));
      const opened = await openDataset(archive);
      writeCorrections(opened, corrections);
      assert.ok((await cleanPart('unpacked', 0)) > 0);
      assert.deepEqual((await openDataset(archive)).corrections?.leftOut, 1);
      assert.deepEqual(readCorrections(opened).length, 3);
    }));

  it('that comes with an archive counts until there are others', () =>
    withEmptyCache(async () => {
      const source = await stripesFolder(3);
      writeCorrections({ folder: source }, corrections);
      const entries = Object.entries(contents(source)).map(([name, text]) => ({
        name,
        content: Buffer.from(text, 'base64'),
      }));
      const archive = join(temporaryFolder(), 'photos.zip');
      writeFileSync(archive, zipOf(entries));
      const opened = await openDataset(archive);
      assert.equal(opened.corrections?.relabeled, 1);
      writeCorrections(
        opened,
        readCorrections(opened).filter(({ action }) => action !== 'relabel'),
      );
      assert.equal((await openDataset(archive)).corrections?.relabeled, 0);
    }));

  it('does not apply when the option says so', async () => {
    const folder = await stripesFolder(3);
    writeCorrections({ folder }, corrections);
    const dataset = await openDataset(folder, { corrections: false });
    assert.equal(dataset.examples.length, 9);
    assert.equal(dataset.corrections, undefined);
    await assert.rejects(
      openDataset(folder, { corrections: 'no' as never }),
      /corrections must be true or false, got "no"/,
    );
  });

  it('applies to a table, too', async () => {
    const folder = await stripesFolder(3);
    const rows = ['red', 'green', 'blue'].flatMap((color) => [0, 1, 2].map((i) => `${color}/${i}.png,${color}`));
    writeFileSync(join(folder, 'table.csv'), ['file,label', ...rows].join('\n'));
    writeCorrections({ folder }, corrections);
    const { examples, classes } = await openDataset(join(folder, 'table.csv'));
    assert.equal(examples.length, 8);
    const first = examples.find(({ file }) => file.endsWith('red/0.png'))!;
    assert.equal(classes[first.label], 'blue');
  });

  it('applies to a folder whose table says the classes, and is not taken for that table', async () => {
    const folder = temporaryFolder();
    const rows = ['red', 'green', 'blue'].flatMap((color) =>
      [0, 1, 2].map((i) => ({ color, name: `${color}${i}.png` })),
    );
    for (const [i, { color, name }] of rows.entries())
      writePicture(join(folder, 'train', name), await stripes(color, i));
    writeFileSync(
      join(folder, 'train.csv'),
      ['file,label', ...rows.map(({ name, color }) => `${name},${color}`)].join('\n'),
    );
    const before = await openDataset(folder);
    writeCorrections({ folder }, [{ file: 'train/red0.png', action: 'relabel', label: 'blue', was: 'red' }]);
    const after = await openDataset(folder);
    assert.deepEqual(after.corrections?.relabeled, 1);
    assert.deepEqual([after.classes, after.examples.length], [before.classes, before.examples.length]);
  });

  it('is beside an archive, whose unpacked pictures lie in the cache, which may be emptied', () =>
    withEmptyCache(async (cache) => {
      const folder = await stripesFolder(3);
      const archive = join(temporaryFolder(), 'photos.tar');
      await tar.create({ file: archive, cwd: folder }, ['red', 'green', 'blue']);
      const opened = await openDataset(archive);
      assert.ok(opened.folder.startsWith(cache));
      assert.equal(opened.correctionsFile, `${archive}.corrections.csv`);
      const cleaning = await cleanLabels(opened);
      const picture = correctionName(opened.folder, opened.examples[0]!.file);
      cleaning.decide(picture, 'leave out');
      assert.equal(cleaning.file, `${archive}.corrections.csv`);
      rmSync(cache, { recursive: true });
      const again = await openDataset(archive);
      assert.equal(again.corrections?.leftOut, 1);
      assert.equal(again.examples.length, 8);
    }));

  it('does not apply to what has changed since, and says so', async () => {
    const folder = await stripesFolder(3);
    writeCorrections({ folder }, [
      { file: 'red/0.png', action: 'relabel', label: 'green', was: 'blue' },
      { file: 'red/1.png', action: 'relabel', label: 'violet', was: 'red' },
      { file: 'red/gone.png', action: 'leave out', was: 'red' },
      { file: '../../etc/passwd', action: 'leave out', was: 'red' },
      { file: 'blue/1.png', action: 'relabel', label: 'blue', was: 'red' }, // has been moved already
    ]);
    const dataset = await openDataset(folder);
    assert.equal(dataset.examples.length, 9);
    assert.equal(dataset.corrections, undefined);
    const warning = dataset.warnings?.find((text) => text.includes('corrections.csv')) ?? '';
    assert.match(warning, /^4 rows of corrections\.csv are not applied: 'red\/0\.png' is 'red' now, and was 'blue'/);
  });

  const damaged: [string, string, RegExp][] = [
    ['other columns', 'picture,class\na,b\n', /has the columns "picture,class", expected file,action,label,was/],
    ['nothing in it', '', /has the columns ""/],
    ['an unknown action', 'file,action,label,was\na.png,delete,,red\n', /has the action "delete" in line 2/],
    ['a missing cell', 'file,action,label,was\na.png,keep,\n', /has 3 cells in line 2, expected 4/],
    ['no label', 'file,action,label,was\na.png,relabel,,red\n', /has no label in line 2/],
    ['an open quote', 'file,action,label,was\n"a.png,keep,,red\n', /a quote that is never closed/],
    ['a huge name', `file,action,label,was\n${'a'.repeat(5000)},keep,,red\n`, /has an unusable line 2/],
  ];
  for (const [what, text, expected] of damaged) {
    it(`with ${what} is refused in one line, and is neither ignored nor overwritten`, async () => {
      const folder = await stripesFolder(2);
      writeFileSync(join(folder, 'corrections.csv'), text);
      await assert.rejects(
        openDataset(folder),
        (error) => error instanceof UserError && expected.test(error.message) && !/\n/.test(error.message),
      );
      assert.equal(readFileSync(join(folder, 'corrections.csv'), 'utf8'), text);
    });
  }

  it('is not a link or a folder', async () => {
    const folder = await stripesFolder(2);
    mkdirSync(join(folder, 'corrections.csv'));
    await assert.rejects(openDataset(folder), UserError);
    const other = await stripesFolder(2);
    symlinkSync('/dev/zero', join(other, 'corrections.csv'));
    await assert.rejects(openDataset(other), UserError);
  });

  it('is recorded in the run that was trained with it', async () => {
    const folder = await stripesFolder(4);
    const options = {
      backbone: 'mobilenet-v1-0.25',
      weights: 'random',
      inputSize: 64,
      epochs: 1,
      cache: false,
    } as const;
    const plain = await train(await openDataset(folder), options);
    writeCorrections({ folder }, corrections);
    const dataset = await openDataset(folder);
    const run = await train(dataset, options);
    assert.deepEqual(run.corrections, dataset.corrections);
    assert.notEqual(run.dataFingerprint, plain.dataFingerprint);
    const saved = join(temporaryFolder(), 'run');
    await saveRun(run, saved, { model: false });
    assert.deepEqual(readConfiguration(saved).data.corrections, dataset.corrections);
    for (const each of [plain, run]) each.dispose();
  });
});
