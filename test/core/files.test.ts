import assert from 'node:assert/strict';
import { lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkNewFolder, moveIntoPlace, temporaryFor } from '../../src/core/files';
import { temporaryFolder } from '../folders';
import { mistake } from '../mistake';

/** Save a folder with a file and a folder in it, as runs and exports are saved. */
function save(folder: string): void {
  checkNewFolder(folder, 'the run');
  const temporary = temporaryFor(folder);
  mkdirSync(join(temporary, 'model'));
  writeFileSync(join(temporary, 'model', 'weights'), 'all');
  writeFileSync(join(temporary, 'config.json'), '{}');
  moveIntoPlace(temporary, folder);
}

const assertSaved = (folder: string) => {
  assert.deepEqual(readdirSync(folder).sort(), ['config.json', 'model']);
  assert.equal(readFileSync(join(folder, 'model', 'weights'), 'utf8'), 'all');
};

describe('a folder that is complete', () => {
  it('is moved to a new place, or in place of an empty folder, and nothing is left beside it', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'empty'));
    for (const name of ['new', 'empty', 'deep/er/new']) {
      save(join(folder, name));
      assertSaved(join(folder, name));
    }
    assert.deepEqual(readdirSync(folder).sort(), ['deep', 'empty', 'new']);
  });

  it('fills an empty folder behind a link, which stays a link', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'disk'));
    symlinkSync('disk', join(folder, 'runs'));
    save(join(folder, 'runs'));
    assert.ok(lstatSync(join(folder, 'runs')).isSymbolicLink());
    assertSaved(join(folder, 'disk'));
    assert.deepEqual(readdirSync(folder).sort(), ['disk', 'runs']);
  });

  it('is not made behind a link that leads nowhere, which is said before any work', () => {
    const folder = temporaryFolder();
    symlinkSync('/no/such/disk', join(folder, 'runs'));
    mistake(() => checkNewFolder(join(folder, 'runs'), 'the run'), 'is a link that leads nowhere: give a new folder');
    assert.deepEqual(readdirSync(folder), ['runs']);
  });

  it('fills the current folder, in which the shell still is afterwards', () => {
    const [before, folder] = [process.cwd(), join(temporaryFolder(), 'here')];
    mkdirSync(folder);
    process.chdir(folder);
    try {
      const { ino } = lstatSync(folder);
      save('.');
      assert.equal(lstatSync(folder).ino, ino);
      assert.equal(process.cwd(), realpathSync(folder)); // throws in a folder that is gone
    } finally {
      process.chdir(before);
    }
    assertSaved(folder);
    assert.deepEqual(readdirSync(dirname(folder)), ['here']);
  });

  it('is not moved to where another program has written meanwhile', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'disk'));
    symlinkSync('disk', join(folder, 'link'));
    for (const place of ['plain', 'link'].map((name) => join(folder, name))) {
      const temporary = temporaryFor(place);
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, 'mine'), 'mine');
      assert.throws(() => moveIntoPlace(temporary, place), { code: 'ENOTEMPTY' });
      assert.deepEqual(readdirSync(place), ['mine']);
    }
  });
});
