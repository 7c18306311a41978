import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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

/** The folders of packages that the clone has, with their scopes: `sharp`, `@tensorflow/tfjs-core`. */
function packagesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(folder, name)).map((inner) => `${name}/${inner}`) : [name],
    );
}

describe('the package that npm pack makes', function () {
  this.timeout(120_000);
  let packed: Packed;
  let project: string;

  before(async () => {
    const { copyTfjsNode } = await load<{ copyTfjsNode(): void }>('pack', 'copy-tfjs-node.mjs');
    copyTfjsNode();
    const { writeDrawings } = await load<{ writeDrawings(): void }>('pack', 'drawings.mjs');
    writeDrawings();
    const folder = temporaryFolder();
    const npm = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
    const printed = execFileSync('npm', npm, {
      cwd: projectFolder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const listed = JSON.parse(printed) as Packed[] | Record<string, Packed>;
    packed = Object.values(listed)[0]!;

    // as npm would install it: its dependencies beside it, but not those that only development needs
    project = temporaryFolder();
    const modules = join(project, 'node_modules');
    const { devDependencies } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8'));
    for (const name of packagesIn(join(projectFolder, 'node_modules'))) {
      if (name in devDependencies || name === '@tensorflow/tfjs') continue;
      mkdirSync(dirname(join(modules, name)), { recursive: true });
      symlinkSync(join(projectFolder, 'node_modules', name), join(modules, name));
    }
    mkdirSync(join(modules, 'tunebook'));
    const archive = join(folder, packed.filename);
    execFileSync('tar', ['-xzf', archive, '-C', join(modules, 'tunebook'), '--strip-components', '1']);
  });

  it('has what is needed, and nothing else', () => {
    const paths = packed.files.map(({ path }) => path);
    for (const path of [
      'dist/src/index.js',
      'dist/src/index.d.ts',
      'dist/tfjs-node/dist/index.js',
      'dist/drawings/package.json',
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
    assert.ok(packed.size < 6e6, `${packed.size} bytes`);
    assert.ok(packed.unpackedSize < 14e6, `${packed.unpackedSize} bytes unpacked`);
    assert.ok(paths.length < 2000, `${paths.length} files`);
  });

  it('runs no script when it is installed, and can be published', () => {
    const { scripts, ...manifest } = JSON.parse(
      readFileSync(join(project, 'node_modules/tunebook/package.json'), 'utf8'),
    );
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) assert.ok(!(name in scripts), name);
    assert.equal(manifest.private, undefined);
    // its install script fails, see kernel-setup/pack/copy-tfjs-node.mjs
    assert.ok(!('@tensorflow/tfjs-node-gpu' in manifest.dependencies));
    assert.ok(!('@tensorflow/tfjs' in manifest.dependencies));
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
    const cache = temporaryFolder();
    const program = join(project, 'node_modules/tunebook/kernel-setup/tunebook.mjs');
    const { status, stdout } = spawnSync(process.execPath, [program, 'doctor'], {
      cwd: project,
      encoding: 'utf8',
      env: { ...process.env, TUNEBOOK_CACHE: cache },
    });
    assert.equal(status, 1);
    assert.match(stdout, /^TensorFlow +missing .*npx tunebook setup$/m);
    assert.match(stdout, /^tslab +ok/m);
    assert.match(stdout, /^build +ok/m);
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
