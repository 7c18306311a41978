// npm run test:container: carries out the Dockerfile without Docker, and uses the container: health check, JupyterLab's page and kernels,
// doctor, a training whose run a second container finds in the volume, and the commands of compose.yaml. For an image with CUDA:
// `npm run test:container -- --build-arg TENSORFLOW=gpu`. Needs root on Debian, apt-get, overlayfs, the network and 6 GB of disk; about ten minutes at
// first, later only what has changed. Everything is in .cache/container, which can be removed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheFolder, projectFolder } from '../../src/core/paths';
import { Container } from './container';
import { contextFiles } from './context';
import { buildImage } from './image';

const { values } = parseArgs({
  options: { 'build-arg': { type: 'string', multiple: true, default: [] }, place: { type: 'string' } },
});
const place = values.place ?? cacheFolder('container');
const say = (line: string) => process.stdout.write(`${line}\n`);

/** What is committed, and what differs from it: the files that Docker would see in a clone. */
function copyOfProject(): string {
  const folder = join(place, 'context');
  rmSync(folder, { recursive: true, force: true });
  const listed = ['ls-files', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', listed, { cwd: projectFolder, encoding: 'utf8' }).trim().split('\n');
  for (const file of files.filter((name) => existsSync(join(projectFolder, name)))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(projectFolder, file), join(folder, file), { verbatimSymlinks: true });
  }
  assert.ok(contextFiles(folder).includes('package.json'));
  return folder;
}

async function use(): Promise<void> {
  const context = copyOfProject();
  const buildArguments = Object.fromEntries(values['build-arg'].map((pair) => pair.split('=') as [string, string]));
  const image = buildImage({ context, place, buildArguments, say });
  const sizes = execFileSync('du', ['-scm', ...image.layers.changes], { encoding: 'utf8' })
    .trim()
    .split('\n');
  say(`layers over the base: ${sizes.at(-1)!.split('\t')[0]} MB`);

  const volume = join(place, 'volume');
  rmSync(volume, { recursive: true, force: true });
  const [path = ''] = image.volumes;
  const first = new Container(image, { [path]: volume });
  try {
    say(`healthy after ${(await first.healthy()).toFixed(1)} s, without a network`);
    const [, token] = await first.printed(/[?&]token=(\w+)/);
    const kernels = JSON.parse(first.fetch(`/api/kernelspecs?token=${token}`).text);
    assert.ok('tslab' in kernels.kernelspecs, JSON.stringify(kernels));
    assert.match(first.fetch(`/lab?token=${token}`).text, /JupyterLab/);
    assert.equal(first.fetch('/api/kernelspecs').status, 1, 'JupyterLab answers without its token');
    say(`JupyterLab answers to the outside; kernels: ${Object.keys(kernels.kernelspecs).join(', ')}`);
    const contents = JSON.parse(first.fetch(`/api/contents/?token=${token}`).text).content;
    say(`the folder that it shows: ${contents.map(({ name }: { name: string }) => name).join(', ')}`);

    const doctor = first.execute(['node', 'kernel-setup/tunebook.mjs', 'doctor']);
    say(doctor.text.trimEnd());
    assert.equal(doctor.status, 0);
    const train = ['train', '--data', 'emoji', '--epochs', '2', '--out', `${path}/runs/first`];
    const trained = first.execute(['node_modules/.bin/tunebook', ...train]);
    assert.equal(trained.status, 0, trained.text);
    const notebook = [`${path}/notebooks/00-quick-start.ipynb`, '--quick', '--out', `${path}/executed`];
    const executed = first.execute(['node_modules/.bin/tunebook', 'notebooks', ...notebook]);
    assert.equal(executed.status, 0, executed.text);
    say('trained, and ran the quick start');
  } finally {
    say(`stopped with code ${await first.stop()}`);
  }

  const second = new Container(image, { [path]: volume });
  try {
    await second.healthy();
    const report = second.execute(['node_modules/.bin/tunebook', 'report', `${path}/runs/first`]);
    assert.equal(report.status, 0, report.text);
    say('a second container finds the run in the volume');
    for (const [line = ''] of readFileSync(join(context, 'compose.yaml'), 'utf8').matchAll(
      /^ {4}command: \["node_mod.*$/gm,
    )) {
      const [program = '', command = ''] = JSON.parse(line.slice(line.indexOf('[')));
      assert.equal(second.execute([program, command, '--help']).status, 0, line);
    }
    say('compose.yaml: its commands are in the image');
  } finally {
    await second.stop();
  }
}

assert.equal(process.getuid?.(), 0, 'needs root: sudo npm run test:container');
use().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
});
