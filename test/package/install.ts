// npm run test:package [-- npm|pnpm@12|pnpm@11|yarn|jupyterlab ... ARCHIVE]: packs tunebook, unless an ARCHIVE is given, installs the package
// into an empty folder with each package manager, without any flag, and does there what a user would do first; and runs a notebook in a
// JupyterLab that knows nothing of tunebook but its kernel. It takes minutes and the network, so it is not part of `npm test`. The cache that the
// projects share is .cache/package-test; what a first set-up costs is printed if that folder is removed before.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cacheFolder, projectFolder } from '../../src/core/paths';
import { temporaryFolder } from '../folders';
import { npmPack } from './npmPack';
import { strictCheck, useOfThePackage } from './project';

const cache = cacheFolder('package-test');

/** How each package manager installs a file. npx brings the manager itself. */
const managers: Record<string, (archive: string) => string[]> = {
  npm: (archive) => ['npm', 'install', archive],
  'pnpm@12': (archive) => ['npx', '--yes', 'pnpm@12', 'add', archive],
  'pnpm@11': (archive) => ['npx', '--yes', 'pnpm@11', 'add', archive],
  yarn: (archive) => ['npx', '--yes', '@yarnpkg/cli-dist@4', 'add', `tunebook@file:${archive}`],
};

/** Run a command in a project as its owner would: the settings of the clone's npm do not apply. */
function run(project: string, [program = '', ...parameters]: readonly string[]): string {
  const env: NodeJS.ProcessEnv = { ...process.env, XDG_CACHE_HOME: cache };
  for (const name of Object.keys(env)) if (/^npm_|^TUNEBOOK_|^INIT_CWD$|^NODE_ENV$/i.test(name)) delete env[name];
  const begin = performance.now();
  const { status, stdout, stderr } = spawnSync(program, parameters, { cwd: project, env, encoding: 'utf8' });
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  process.stdout.write(`  ${seconds.padStart(6)} s  ${[program, ...parameters].join(' ').slice(0, 90)}\n`);
  assert.equal(status, 0, `${stdout.slice(-2000)}\n${stderr.slice(-2000)}`);
  return stdout;
}

const megabytes = (folder: string) => execFileSync('du', ['-sm', folder], { encoding: 'utf8' }).split('\t')[0];

/** Five sample pictures of each of three classes. */
function copyPhotos(project: string): void {
  const samples = cacheFolder('samples', 'emoji');
  for (const name of ['bird', 'bug', 'clothing']) {
    mkdirSync(join(project, 'photos', name), { recursive: true });
    const files = readdirSync(join(samples, name)).sort().slice(0, 5);
    for (const file of files) cpSync(join(samples, name, file), join(project, 'photos', name, file));
  }
}

/** A project with photos in which tunebook is installed and set up, and its command. */
function newProject(manager: string, archive: string): [project: string, tunebook: (...words: string[]) => string] {
  const project = temporaryFolder();
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'my-project', private: true }));
  if (manager === 'yarn') writeFileSync(join(project, '.yarnrc.yml'), 'nodeLinker: node-modules\n');
  if (manager === 'yarn') writeFileSync(join(project, 'yarn.lock'), '');
  run(project, managers[manager]!(archive));
  const tunebook = (...words: string[]) => run(project, [join('node_modules', '.bin', 'tunebook'), ...words]);
  tunebook('setup');
  copyPhotos(project);
  return [project, tunebook];
}

function tryPackage(manager: string, archive: string): void {
  const [project, tunebook] = newProject(manager, archive);
  assert.match(tunebook('doctor'), /^Nothing is missing\.$/m);
  const trained = JSON.parse(
    tunebook('train', '--data', 'photos', '--out', 'runs/first', '--epochs', '3', '--json')
      .trimEnd()
      .split('\n')
      .at(-1)!,
  );
  assert.ok(trained.accuracy >= 0 && trained.accuracy <= 1);
  assert.match(
    tunebook('predict', '--model', 'runs/first', `photos/bird/${readdirSync(join(project, 'photos/bird'))[0]}`),
    /%/,
  );
  tunebook('new', 'mine', '--data', 'photos');
  tunebook('notebooks', 'mine', '--quick');
  assert.ok(readFileSync(join(project, 'build/notebooks/mine.ipynb'), 'utf8').includes('image/png'));
  writeFileSync(join(project, 'use.ts'), useOfThePackage);
  assert.equal(strictCheck(project, 'use.ts'), '');
  // installing again must lose nothing but what the set-up copies back within seconds
  run(project, managers[manager]!(archive));
  tunebook('setup');
  assert.ok(existsSync(join(project, 'mine.ipynb')) && existsSync(join(project, 'runs/first')));
  process.stdout.write(`  ${megabytes(project)} MB in the project, ${megabytes(cache)} MB in the cache\n`);
}

/** In a JupyterLab of its own environment, a notebook runs on the kernel, which can be removed again. */
function tryOwnJupyterLab(archive: string): void {
  const [project, tunebook] = newProject('npm', archive);
  const environment = temporaryFolder();
  const program = (name: string) => join(environment, 'bin', name);
  run(project, ['python3', '-m', 'venv', environment]);
  run(project, [program('pip'), 'install', '--quiet', 'jupyterlab']);
  const kernels = () => run(project, [program('jupyter'), 'kernelspec', 'list', '--json']);
  tunebook('kernel', 'install', '--prefix', environment, '--name', 'tunebook-test');
  assert.ok('tunebook-test' in JSON.parse(kernels()).kernelspecs);
  const source = "import { openDataset } from 'tunebook';\n(await openDataset('photos')).classes";
  const cells = [{ cell_type: 'code', id: 'first', source, metadata: {}, outputs: [], execution_count: null }];
  const kernelspec = { name: 'tunebook-test', display_name: 'TypeScript', language: 'typescript' };
  writeFileSync(
    join(project, 'own.ipynb'),
    JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }),
  );
  run(project, [program('jupyter'), 'execute', '--inplace', 'own.ipynb']);
  const executed = JSON.parse(readFileSync(join(project, 'own.ipynb'), 'utf8'));
  assert.match(JSON.stringify(executed.cells[0].outputs), /'bird', 'bug', 'clothing'/);
  tunebook('kernel', 'uninstall', '--prefix', environment, '--name', 'tunebook-test');
  assert.ok(!('tunebook-test' in JSON.parse(kernels()).kernelspecs));
}

/** Make the package: the same one each time, with package.json as it is, and with nothing changed in the clone. */
function pack(): string {
  const changes = () => execFileSync('git', ['status', '--porcelain'], { cwd: projectFolder, encoding: 'utf8' });
  const before = changes();
  const [first = '', again = ''] = [1, 2].map(() => {
    const folder = temporaryFolder();
    return join(folder, npmPack(projectFolder, folder).filename);
  });
  assert.ok(readFileSync(first).equals(readFileSync(again)));
  const manifest = execFileSync('tar', ['-xzOf', first, 'package/package.json']);
  assert.ok(manifest.equals(readFileSync(join(projectFolder, 'package.json'))));
  assert.equal(changes(), before);
  return first;
}

/** Everything that can be asked for. */
const parts = Object.fromEntries(
  Object.keys(managers).map((name) => [name, (archive: string) => tryPackage(name, archive)]),
);
parts.jupyterlab = tryOwnJupyterLab;

const asked = process.argv.slice(2);
const given = asked.find((word) => word.endsWith('.tgz'));
const archive = given ? resolve(given) : pack();
const chosen = asked.filter((word) => word !== given);
for (const name of chosen.length > 0 ? chosen : Object.keys(parts)) {
  assert.ok(name in parts, `expected ${Object.keys(parts).join(', ')} or an archive, got ${name}`);
  process.stdout.write(`${name}\n`);
  parts[name]!(archive);
}
