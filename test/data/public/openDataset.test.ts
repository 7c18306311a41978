import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { UserError } from '../../../src/core/errors';
import { cacheFolder, projectFolder } from '../../../src/core/paths';
import { openDataset } from '../../../src/data/public';
import { temporaryFolder, withEmptyCache } from '../../folders';
import { stripes, writePicture } from '../../pictures';

function writeClasses(folder: string): void {
  for (const name of ['ant', 'bee']) {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, '1.jpg'), 'x');
  }
}

/** The command line without the set-up, which would fill the empty cache. */
function tunebook(...args: string[]) {
  const main = join(projectFolder, 'dist', 'src', 'cli', 'main.js');
  const shims = join(projectFolder, 'kernel-setup', 'lib', 'node-shims.cjs');
  const script = `require(${JSON.stringify(main)}).main(process.argv.slice(1)).then((code) => process.exit(code))`;
  return spawnSync(process.execPath, ['--require', shims, '-e', script, ...args], { encoding: 'utf8' });
}

describe('openDataset', () => {
  it('opens a folder, the sample, and a public dataset that was downloaded before', () =>
    withEmptyCache(async (cache) => {
      writeClasses(join(cache, 'photos'));
      assert.deepEqual((await openDataset(join(cache, 'photos'))).classes, ['ant', 'bee']);
      writeClasses(cacheFolder('samples', 'emoji'));
      assert.equal((await openDataset('emoji')).folder, cacheFolder('samples', 'emoji'));
      writeClasses(cacheFolder('datasets', 'ants-and-bees', '0', 'hymenoptera_data'));
      assert.equal((await openDataset('ants-and-bees')).examples.length, 2);
    }));

  it('opens a CSV file with the columns file and label', () =>
    withEmptyCache(async (cache) => {
      writeClasses(join(cache, 'photos'));
      const csv = join(cache, 'photos', 'list.csv');
      writeFileSync(csv, 'file,label\nant/1.jpg,ant\nbee/1.jpg,bee\n');
      assert.deepEqual((await openDataset(csv)).classes, ['ant', 'bee']);
    }));

  it('says of which files only the first of several pictures is used', async () => {
    const root = temporaryFolder();
    const several = async (format: 'tiff' | 'gif' | 'webp') => {
      const pages = [await stripes('red', 1), await stripes('green', 2)];
      return sharp(pages, { join: { animated: true } })
        .toFormat(format)
        .toBuffer();
    };
    const one = async (format: 'tiff' | 'gif' | 'webp') =>
      sharp(await stripes('blue', 3))
        .toFormat(format)
        .toBuffer();
    for (const [label, make] of [
      ['a', several],
      ['b', one],
    ] as const) {
      for (const format of ['tiff', 'gif', 'webp'] as const)
        writePicture(join(root, label, `x.${format}`), await make(format));
    }
    const messages: string[] = [];
    await openDataset(root, { listener: { onMessage: (text) => messages.push(text) } });
    assert.deepEqual(messages, [
      `${basename(root)}: of 3 files with several pages or frames only the first one is used: a/x.gif, a/x.tiff, a/x.webp`,
    ]);
  });

  it('is used by the command line for --data, so that public datasets have names there', () =>
    withEmptyCache(() => {
      writeClasses(cacheFolder('datasets', 'ants-and-bees', '0', 'hymenoptera_data'));
      const { status, stdout, stderr } = tunebook('check', '--data', 'ants-and-bees', '--json');
      assert.equal(status, 2, stderr); // the files exist, but none can be read
      const { findings } = JSON.parse(stdout.trim().split('\n').at(-1)!);
      assert.ok(findings.some(({ finding }: { finding: string }) => finding === 'unreadable'));
      assert.match(tunebook('datasets').stdout, /ants-and-bees +397 +2 +47 MB +published hash +downloaded/);
    }));

  it('lists the datasets if a name is unknown', () =>
    assert.rejects(openDataset('no such photos'), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /no folder 'no such photos' in .*emoji.*flowers.*oxford-pets/);
      return true;
    }));

  it('says which folder a path is relative to, and that only a shell expands ~', async () => {
    const messageFor = (data: string) =>
      openDataset(data).then(
        () => assert.fail(data),
        (error: UserError) => error.message,
      );
    assert.equal(
      await messageFor('../no/such'),
      `no folder '../no/such', relative to ${process.cwd()}: give a folder with one subfolder per class`,
    );
    assert.equal(await messageFor('/no/such'), "no folder '/no/such': give a folder with one subfolder per class");
    assert.equal(
      await messageFor('https://example.org/photos.zip'),
      "'https://example.org/photos.zip' is an address: download the file first, and give its path",
    );
    assert.ok((await messageFor('~/photos')).endsWith(`'~' is expanded by shells only: write '${homedir()}' instead`));
  });
});
