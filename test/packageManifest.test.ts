import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../src/core/paths';
import { temporaryFolder } from './folders';
import { load } from './kernel-setup/helpers';
import { npmPack } from './package/npmPack';

const manifest = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8'));

// npm puts it into the package as it is, and nothing may change it meanwhile: a stopped `npm pack` would leave it changed
describe('package.json', () => {
  it('makes npm install nothing but the package, and run nothing', () => {
    for (const name of ['dependencies', 'peerDependencies', 'optionalDependencies', 'bundleDependencies', 'private'])
      assert.ok(!(name in manifest), name);
    const atInstallation = /^(pre|post)?(install|prepare)$|^prepublish/;
    assert.deepEqual(
      Object.keys(manifest.scripts).filter((name) => atInstallation.test(name)),
      [],
    );
  });

  it('has all packages that the archive of the package contains', async () => {
    const { bundled } = await load<{ bundled: string[] }>('pack', 'bundled.mjs');
    assert.ok(bundled.length > 30);
    assert.deepEqual(
      bundled.filter((name) => !(name in manifest.devDependencies)),
      [],
    );
    assert.deepEqual(bundled, [...new Set(bundled)].sort());
  });

  it('lets `npm pack` make what only the package has, with the settings of .npmrc', function () {
    this.timeout(60_000);
    const folder = temporaryFolder();
    for (const file of ['package.json', '.npmrc']) cpSync(join(projectFolder, file), join(folder, file));
    // in the place of the real script, which takes minutes in a new clone
    const made = "fs.mkdirSync('dist'); fs.writeFileSync('dist/packages.tgz', ''); console.log('[printed]');";
    mkdirSync(join(folder, 'kernel-setup'));
    writeFileSync(join(folder, manifest.scripts.prepack.split(' ')[1]), `import fs from 'node:fs'; ${made}`);
    const { files } = npmPack(folder, temporaryFolder());
    assert.deepEqual(files.map(({ path }) => path).sort(), ['dist/packages.tgz', 'package.json']);
  });
});
