import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../src/core/paths';
import { temporaryFolder } from '../folders';
import { load } from '../kernel-setup/helpers';
import { strictCheck, useOfThePackage } from './project';

interface Packed {
  filename: string;
  size: number;
  unpackedSize: number;
  files: { path: string }[];
}

/** The packages in a folder, with their scopes: `arquero`, `@tensorflow/tfjs-core`. */
function packagesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(folder, name)).map((inner) => `${name}/${inner}`) : [name],
  );
}

describe('the package that npm pack makes', function () {
  this.timeout(300_000);
  let packed: Packed;
  let project: string;
  let cache: string;

  before(async () => {
    const { makePackage } = await load<{ makePackage(folder: string): Promise<Packed> }>('pack', 'make.mjs');
    const folder = temporaryFolder();
    packed = await makePackage(folder);

    // as a package manager would install it
    project = temporaryFolder();
    cache = temporaryFolder();
    const modules = join(project, 'node_modules');
    mkdirSync(join(modules, 'tunebook'), { recursive: true });
    symlinkSync(join(projectFolder, 'node_modules', 'sharp'), join(modules, 'sharp'));
    const archive = join(folder, packed.filename);
    execFileSync('tar', ['-xzf', archive, '-C', join(modules, 'tunebook'), '--strip-components', '1']);
  });

  /** Run the package's program. */
  const tunebook = (...words: string[]) =>
    spawnSync(process.execPath, [join(project, 'node_modules/tunebook/kernel-setup/tunebook.mjs'), ...words], {
      cwd: project,
      encoding: 'utf8',
      env: { ...process.env, TUNEBOOK_CACHE: cache },
    });

  it('has what is needed, and nothing else', () => {
    const paths = packed.files.map(({ path }) => path);
    for (const path of [
      'dist/src/index.js',
      'dist/src/index.d.ts',
      'dist/tfjs-node/dist/index.js',
      'dist/drawings/package.json',
      'dist/packages.tgz',
      'dist/packages.tgz.sha256',
      'README.md',
      'LICENSE',
    ]) {
      assert.ok(paths.includes(path), path);
    }
    const unneeded =
      /\.test\.|\.map$|\.ts$(?<!\.d\.ts)|^dist\/(test|bench)\/|oracle|bench|^test|^\.|hooks|pack\.mjs|node_modules|(?<!^dist\/drawings\/)package-lock|notebooks\/own/;
    assert.deepEqual(
      paths.filter((path) => unneeded.test(path)),
      [],
    );
    assert.ok(packed.size < 27e6, `${packed.size} bytes`);
    assert.ok(packed.unpackedSize < 36e6, `${packed.unpackedSize} bytes unpacked`);
    assert.ok(paths.length < 2000, `${paths.length} files`);
  });

  it('runs no script when it is installed, and can be published', () => {
    const manifest = JSON.parse(readFileSync(join(project, 'node_modules/tunebook/package.json'), 'utf8'));
    for (const name of ['scripts', 'private', 'devDependencies', 'overrides']) assert.ok(!(name in manifest), name);
    assert.deepEqual(Object.keys(manifest.dependencies), ['sharp']);
  });

  it('does not depend on the drawings of the sample pictures, but can install them with their hashes', () => {
    const read = (file: string) => JSON.parse(readFileSync(join(project, 'node_modules/tunebook', file), 'utf8'));
    const drawings = read('dist/drawings/package.json').dependencies;
    assert.ok('@iconify-json/noto' in drawings && 'emojibase-data' in drawings);
    for (const name of Object.keys(drawings)) assert.ok(!(name in read('package.json').dependencies), name);
    const { '': root, ...packages } = read('dist/drawings/package-lock.json').packages;
    assert.deepEqual(root.dependencies, drawings);
    const needed = Object.values<{ dependencies?: object; peerDependencies?: object }>(packages);
    for (const name of needed.flatMap((each) => Object.keys({ ...each.dependencies, ...each.peerDependencies }))) {
      assert.ok(`node_modules/${name}` in packages, name);
    }
    for (const { integrity } of needed as { integrity?: string }[]) assert.match(integrity ?? '', /^sha512-/);
  });

  it('says which command sets it up, and what is missing, before it is set up', () => {
    const { status, stdout } = tunebook('doctor');
    assert.equal(status, 1);
    assert.match(stdout, /^TensorFlow +missing .*npx tunebook setup$/m);
    assert.match(stdout, /^tslab +missing .*npx tunebook setup$/m);
    assert.match(stdout, /^build +ok/m);
    const imported = spawnSync(process.execPath, ['-e', "require('tunebook')"], { cwd: project, encoding: 'utf8' });
    assert.match(imported.stderr, /tunebook is not set up yet: run `npx tunebook setup`/);
  });

  it('unpacks its packages for all projects with the first command', () => {
    const { status, stdout, stderr } = tunebook('--help');
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^Usage: tunebook/);
    const [unpacked = ''] = readdirSync(join(cache, 'packages'));
    for (const folder of ['dist', 'kernel-setup']) {
      const link = join(project, 'node_modules/tunebook', folder, 'node_modules');
      assert.equal(realpathSync(link), realpathSync(join(cache, 'packages', unpacked, 'node_modules')));
    }
    assert.match(tunebook('doctor').stdout, /^tslab +ok/m);
    const folder = join(cache, 'packages', unpacked, 'node_modules');
    for (const name of packagesIn(folder)) {
      if (name === '@tslab/typescript-for-tslab') continue; // only a name, see kernel-setup/pack/archive.mjs
      const legal = (place: string) => readdirSync(join(place, name)).some((file) => /licen[cs]e|readme/i.test(file));
      assert.equal(legal(folder), legal(join(projectFolder, 'node_modules')), `licence of ${name}`);
    }
    // another project, or the same one after it was installed again, only makes the links
    rmSync(join(project, 'node_modules/tunebook/dist/packages.tgz'));
    rmSync(join(project, 'node_modules/tunebook/dist/node_modules'));
    assert.equal(tunebook('--help').status, 0);
  });

  it('can load every package that its compiled code loads', () => {
    const program = `
      const { readFileSync, readdirSync } = require('node:fs');
      const { createRequire, isBuiltin } = require('node:module');
      const { join } = require('node:path');
      const [clone, installed] = process.argv.slice(1);
      const texts = readdirSync(join(installed, 'dist'), { recursive: true })
        .filter((file) => /^(src|data-samples|tfjs-node)\\b.*\\.js$/.test(file))
        .map((file) => readFileSync(join(installed, 'dist', file), 'utf8'));
      const named = texts.join('').matchAll(/\\b(?:require|import)\\('([^.#'][^']*)'\\)/g);
      const names = [...new Set([...named].map(([, name]) => name))].filter((name) => !isBuiltin(name));
      const load = (folder, name) => createRequire(join(folder, 'dist/src/index.js'))(name);
      let loaded = 0;
      for (const name of names) {
        try {
          load(clone, name);
        } catch {
          continue; // named in a comment, or only for browsers
        }
        load(installed, name);
        loaded++;
      }
      console.log(loaded);
      process.exit();`;
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['-e', program, projectFolder, join(project, 'node_modules/tunebook')],
      { encoding: 'utf8' },
    );
    assert.ok(Number(stdout) > 20, `${stdout} ${stderr}`);
  });

  it('computes with its own copy of tfjs-node', () => {
    const copy = join(project, 'node_modules/tunebook/dist/tfjs-node');
    const original = join(projectFolder, 'node_modules/@tensorflow/tfjs-node-gpu');
    for (const folder of ['lib', 'deps']) cpSync(join(original, folder), join(copy, folder), { recursive: true });
    const script = `
      const { tf } = require('tunebook');
      const sum = tf.tensor1d([1, 2]).add(0.5).dataSync();
      const names = [tf.getBackend(), typeof tf.node.decodeBmp, typeof tf.data.array, tf.version['tfjs-node']];
      const ours = Object.keys(require.cache).filter((file) => /tfjs_binding\\.node$/.test(file));
      console.log(JSON.stringify({ sum: [...sum], names, ours }));`;
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { cwd: project, encoding: 'utf8' });
    assert.ok(stdout, stderr);
    const { sum, names, ours } = JSON.parse(stdout);
    assert.deepEqual(sum, [1.5, 2.5]);
    assert.deepEqual(names, ['tensorflow', 'function', 'function', '4.22.0']);
    assert.match(ours[0], /tunebook\/dist\/tfjs-node\/lib\/napi-v8\/tfjs_binding\.node$/);
  });

  it('has types that a strict project accepts, in ES modules and in CommonJS', () => {
    for (const type of ['module', 'commonjs']) {
      writeFileSync(join(project, 'package.json'), JSON.stringify({ type }));
      writeFileSync(join(project, 'use.ts'), useOfThePackage);
      assert.equal(strictCheck(project, 'use.ts'), '');
    }
    writeFileSync(join(project, 'wrong.ts'), useOfThePackage.replace('run.accuracy', "'a text'"));
    assert.match(strictCheck(project, 'wrong.ts'), /Type 'string' is not assignable to type 'number'/);
  });
});
