import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolderOnce } from '../../src/core/folderOnce';
import { temporaryFolder } from '../folders';

describe('a folder that is made once', () => {
  it('is filled by one of several callers, and appears when it is complete', async () => {
    const folder = join(temporaryFolder(), 'a', 'made');
    let fills = 0;
    let waits = 0;
    const make = () =>
      makeFolderOnce(
        folder,
        async (temporary) => {
          fills++;
          writeFileSync(join(temporary, '1'), 'x');
          await new Promise((done) => setTimeout(done, 50));
          assert.ok(!existsSync(folder));
          writeFileSync(join(temporary, '2'), 'x');
        },
        () => waits++,
      );
    await Promise.all([make(), make(), make()]);
    await make();
    assert.deepEqual([fills, waits], [1, 2]);
    assert.deepEqual(readdirSync(folder), ['1', '2']);
    assert.deepEqual(readdirSync(join(folder, '..')), ['made']);
  });

  it('is not there if filling it fails, and is filled by the next caller', async () => {
    const folder = join(temporaryFolder(), 'made');
    const failing = makeFolderOnce(folder, async (temporary) => {
      writeFileSync(join(temporary, '1'), 'x');
      throw new Error('no');
    });
    await assert.rejects(failing, /no/);
    assert.deepEqual(readdirSync(join(folder, '..')), []);
    await makeFolderOnce(folder, async (temporary) => writeFileSync(join(temporary, '1'), 'x'));
    assert.deepEqual(readdirSync(folder), ['1']);
  });

  it('is made without what a killed process left behind, and without disturbing those that wait for it', async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, '.made.1.abcd.tmp'));
    writeFileSync(join(root, '.made.1.abcd.tmp', '1'), 'x');
    writeFileSync(join(root, '.made.lock.2.abcd.tmp'), 'a process that is about to ask for the lock');
    await makeFolderOnce(join(root, 'made'), async (temporary) => writeFileSync(join(temporary, '2'), 'x'));
    assert.deepEqual(readdirSync(root), ['.made.lock.2.abcd.tmp', 'made']);
    assert.match(readFileSync(join(root, '.made.lock.2.abcd.tmp'), 'utf8'), /about to ask/);
  });
});
