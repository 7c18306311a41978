import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, projectFolder } from '../../src/core/paths';
import { temporaryFolder } from '../folders';
import { load, node } from '../kernel-setup/helpers';
import { npmPack, type Packed } from './npmPack';
import { strictCheck, useOfThePackage } from './project';
import { servePackages } from './registry';

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
    // as prepack does, without building the bindings, which takes minutes
    const { prepare } = await load<{ prepare(): Promise<void> }>('pack', 'prepare.mjs');
    await prepare();
    const folder = temporaryFolder();
    packed = npmPack(projectFolder, folder, '--ignore-scripts');

    // as a package manager would install it
    project = temporaryFolder();
    cache = temporaryFolder();
    const modules = join(project, 'node_modules');
    mkdirSync(join(modules, 'tunebook'), { recursive: true });
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
      'dist/sharp/darwin-arm64/package-lock.json',
      'README.md',
      'LICENSE',
    ]) {
      assert.ok(paths.includes(path), path);
    }
    const unneeded =
      /\.test\.|\.map$|\.ts$(?<!\.d\.ts)|^dist\/(test|bench)\/|oracle|bench|^test|^\.|hooks|prepack|kernel-setup\/pack\/|node_modules|(?<!^dist\/(drawings|sharp\/[\w-]+)\/|^kernel-setup\/requirements\/(onnxruntime|openvino)\/)package-lock|notebooks\/own/;
    assert.deepEqual(
      paths.filter((path) => unneeded.test(path)),
      [],
    );
    assert.ok(packed.size < 27e6, `${packed.size} bytes`);
    assert.ok(packed.unpackedSize < 36e6, `${packed.unpackedSize} bytes unpacked`);
    assert.ok(paths.length < 1600, `${paths.length} files`);
  });

  it('does not depend on the drawings of the sample pictures, but can install them with their hashes', () => {
    const read = (file: string) => JSON.parse(readFileSync(join(project, 'node_modules/tunebook', file), 'utf8'));
    const drawings = read('dist/drawings/package.json').dependencies;
    assert.ok('@iconify-json/noto' in drawings && 'emojibase-data' in drawings);
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

  it('fetches the compiled code of sharp from the registry of the project, once for all projects, and only with the right hash', async () => {
    for (const name of ['bird', 'bug']) {
      mkdirSync(join(project, 'photos', name), { recursive: true });
      const [first = ''] = readdirSync(cacheFolder('samples', 'emoji', name)).sort();
      cpSync(cacheFolder('samples', 'emoji', name, first), join(project, 'photos', name, first));
    }
    const { status, stderr } = tunebook('check', '--data', 'photos');
    assert.equal(status, 1);
    assert.match(stderr, /^tunebook: pictures cannot be read yet: run `npx tunebook setup` in the project folder/m);
    const platform = `${process.platform}-${process.arch}`;
    const lockFile = join(project, 'node_modules/tunebook/dist/sharp', platform, 'package-lock.json');
    const lock = JSON.parse(readFileSync(lockFile, 'utf8'));
    const names = Object.keys(lock.packages[''].dependencies);
    assert.ok(names.includes(`@img/sharp-${platform}`) && names.length === 2);
    const registry = await servePackages(names.map((name) => join(projectFolder, 'node_modules', name)));
    const setUp = () =>
      node(
        [join(project, 'node_modules/tunebook/kernel-setup/tunebook.mjs'), 'setup', '--only', 'sharp'],
        {
          TUNEBOOK_CACHE: cache,
          npm_config_cache: temporaryFolder(),
          npm_config_registry: undefined,
          npm_config_fetch_retries: '0',
        },
        undefined,
        project,
      );
    writeFileSync(join(project, 'package.json'), '{}');
    writeFileSync(join(project, '.npmrc'), `registry=${registry.address}\n`);
    try {
      const wrong = await setUp();
      assert.match(wrong.stderr, /the download of sharp is not the pinned file \(wrong hash\)/);
      // packed again, the files of the clone have other hashes
      for (const name of names) lock.packages[`node_modules/${name}`].integrity = registry.integrity(name);
      writeFileSync(lockFile, JSON.stringify(lock));
      const right = await setUp();
      assert.equal(right.code, 0, right.stderr);
    } finally {
      await registry.close();
    }
    assert.equal(tunebook('doctor').stdout.match(/^sharp +(\w+)/m)?.[1], 'ok');
    assert.match((await setUp()).stdout, /^Everything is set up already\.$/m); // without the registry
    const after = tunebook('check', '--data', 'photos');
    assert.doesNotMatch(after.stderr, /^tunebook:/m);
    assert.match(after.stdout, /bug/);
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
      // these are there only while the sample pictures are drawn
      const drawings = JSON.parse(readFileSync(join(installed, 'dist/drawings/package.json'))).dependencies;
      const names = [...new Set([...named].map(([, name]) => name))].filter((name) => !isBuiltin(name) && !(name in drawings));
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

  it('has all types that the public ones need, and no others', () => {
    writeFileSync(join(project, 'package.json'), '{}');
    writeFileSync(join(project, 'all.ts'), "export * from 'tunebook';\nexport * as widgets from 'tunebook/widgets';\n");
    // what the libraries' own declarations lack is not ours
    const printed = strictCheck(project, 'all.ts', '--skipLibCheck', 'false', '--listFiles', '--pretty', 'false');
    const ours = (text: string) => text.includes('node_modules/tunebook/dist/src/');
    const [errors, read] = [/: error TS\d+/, /\.d\.ts$/].map((wanted) =>
      printed.split('\n').filter((line) => wanted.test(line) && ours(line)),
    );
    assert.deepEqual(errors, []);
    const packedTypes = packed.files.filter(({ path }) => /^dist\/src\/.*\.d\.ts$/.test(path));
    assert.ok(packedTypes.length > 300);
    const unread = packedTypes.filter(({ path }) => !read!.some((file) => file.endsWith(`/tunebook/${path}`)));
    assert.deepEqual(
      unread.map(({ path }) => path),
      [],
    );
  });
});
