import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../src/core/paths';
import { python } from './kernel/session';
import { load, node, setupFile } from './kernel-setup/helpers';

const read = (...parts: string[]) => readFileSync(join(projectFolder, ...parts), 'utf8');
const manifest = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

/** A Dockerfile's instructions with their arguments; continued lines are joined. */
function instructions(dockerfile: string): { name: string; rest: string }[] {
  const lines = dockerfile
    .replaceAll(/^\s*#.*$/gm, '')
    .replaceAll(/\\\n/g, ' ')
    .split('\n');
  return lines
    .map((line) => /^([A-Z]+)\s+(.*)$/.exec(line.trim()))
    .filter((found) => found !== null)
    .map(([, name = '', rest = '']) => ({ name, rest }));
}

/** The scripts of package.json that a text calls with npm, including `npm start`, but not `npm ci` and `npm pack`, which are commands of npm. */
function npmScripts(text: string): string[] {
  return [...text.matchAll(/\bnpm (?:run )?((?!(?:ci|pack)\b)[a-z]+)/g)].map(([, name = '']) => name);
}

async function assertNodeServes(version: string): Promise<void> {
  const { nodeServes } = await load<{ nodeServes(version: string): boolean }>('lib', 'entry.mjs');
  assert.ok(nodeServes(version), version);
}

describe('the container', () => {
  const steps = instructions(read('Dockerfile'));
  const argumentsOf = (wanted: string) => steps.filter(({ name }) => name === wanted).map(({ rest }) => rest);

  it('is based on an image with a pinned version and a supported Node', async () => {
    const [first = '', ...stages] = argumentsOf('FROM');
    const version = /^node:(\d+\.\d+\.\d+)-[a-z]+ AS base$/.exec(first)?.[1];
    assert.ok(version, first);
    await assertNodeServes(version);
    assert.deepEqual(stages, ['base AS course']);
  });

  it('installs only packages that .ci/run and the README name, and does not run the set-up as root', () => {
    const installed = /apt-get install -y --no-install-recommends ([^&]*)/.exec(argumentsOf('RUN')[0] ?? '')?.[1] ?? '';
    const packages = installed.trim().split(/\s+/);
    assert.deepEqual(packages, ['python3-venv']);
    for (const name of packages) {
      assert.ok(read('.ci', 'run').includes(name) && read('README.md').includes(`apt-get install ${name}`), name);
    }
    const setUp = steps.findIndex(({ rest }) => rest.includes('npm run setup'));
    const user = steps.findIndex(({ name, rest }) => name === 'USER' && rest === 'node');
    assert.ok(user >= 0 && user < setUp);
    for (const script of npmScripts(argumentsOf('RUN').join('\n'))) assert.ok(script in manifest.scripts, script);
  });

  it('ends with a command that the start script accepts, on the port that it exposes', async () => {
    const [program, script = '', ...options] = JSON.parse(argumentsOf('CMD')[0] ?? '') as string[];
    assert.equal(program, 'node');
    assert.equal(options[options.indexOf('--port') + 1], argumentsOf('EXPOSE')[0]);
    // with --help all options are read and nothing is started
    const { code, stderr } = await node([join(projectFolder, script), ...options, '--help']);
    assert.deepEqual([code, stderr], [0, '']);
  });

  it('installs packages, Python and TensorFlow before the code, so that a change of the code builds only the last layers', async () => {
    const order = [
      'COPY --chown=node:node package.json',
      'RUN npm ci',
      '--only python,widgets,tensorflow',
      'COPY --chown=node:node . .',
    ];
    const lines = steps.map(({ name, rest }) => `${name} ${rest}`);
    const places = order.map((text) => lines.findIndex((line) => line.includes(text)));
    assert.ok(
      places.every((place, i) => place > (places[i - 1] ?? -1)),
      places.join(),
    );
    const { namedSteps } = await load<{ namedSteps(names: string): { name: string }[] }>('steps', 'index.mjs');
    for (const [, names = ''] of `${lines.join('\n')}\n${read('binder', 'postBuild')}`.matchAll(/--only (\S+)/g)) {
      assert.equal(namedSteps(names).length, names.split(',').length);
    }
    assert.throws(() => namedSteps('pyton'), /no step 'pyton'; the steps are node-packages, /);
  });

  it('keeps the work in a volume, which the README names, and asks itself whether it is healthy', () => {
    const [volume = ''] = argumentsOf('VOLUME');
    assert.ok(read('README.md').includes(`-v tunebook-work:${volume} `));
    assert.ok(argumentsOf('CMD')[0]?.includes(volume));
    assert.match(argumentsOf('HEALTHCHECK')[0] ?? '', new RegExp(`127\\.0\\.0\\.1:${argumentsOf('EXPOSE')[0]}/api`));
    assert.doesNotMatch(read('Dockerfile'), /--platform/);
    assert.ok(argumentsOf('ARG').includes('TENSORFLOW=cpu'));
  });

  it('copies nothing that the set-up makes', () => {
    const ignored = read('.dockerignore').split('\n');
    for (const name of ['node_modules', 'dist', 'build', '.cache']) {
      assert.ok(read('.gitignore').split('\n').includes(`${name}/`));
      assert.ok(ignored.includes(name), name);
    }
  });
});

describe('the dev container', () => {
  const config = JSON.parse(read('.devcontainer', 'devcontainer.json'));

  it("is the Dockerfile's first stage, with its user", () => {
    const file = join(projectFolder, '.devcontainer', config.build.dockerfile);
    assert.ok(existsSync(file));
    const dockerfile = readFileSync(file, 'utf8');
    assert.match(dockerfile, new RegExp(` AS ${config.build.target}$`, 'm'));
    assert.match(dockerfile, new RegExp(`^USER ${config.remoteUser}$`, 'm'));
  });

  it('runs commands of package.json, on the port that it forwards', async () => {
    const commands: string[] = [config.postCreateCommand, config.postAttachCommand];
    for (const command of commands) {
      for (const script of npmScripts(command)) assert.ok(script in manifest.scripts, command);
    }
    const options = config.postAttachCommand.split(' -- ')[1].split(' ');
    assert.deepEqual(config.forwardPorts.map(String), [options[options.indexOf('--port') + 1]]);
    assert.equal((await node([setupFile('start.mjs'), ...options, '--help'])).code, 0);
  });
});

describe("Binder's files", () => {
  it('name a supported Node', async () => {
    const major = /^ {2}- nodejs=(\d+)$/m.exec(read('binder', 'environment.yml'))?.[1];
    await assertNodeServes(`${major}.0.0`);
    for (const script of npmScripts(read('binder', 'postBuild'))) assert.ok(script in manifest.scripts, script);
  });

  it('are scripts that can be run', () => {
    for (const name of ['postBuild', 'start']) {
      const file = join(projectFolder, 'binder', name);
      accessSync(file, constants.X_OK);
      assert.equal(spawnSync('bash', ['-n', file]).status, 0);
    }
  });

  it('make the TypeScript kernel available to another JupyterLab', function () {
    if (process.env.TUNEBOOK_CACHE) return this.skip(); // the folder differs from the one on Binder
    const list = [python, '-m', 'jupyter', 'kernelspec', 'list', '--json'];
    const { status, stdout, stderr } = spawnSync(join(projectFolder, 'binder', 'start'), list, {
      encoding: 'utf8',
      cwd: '/',
      env: { PATH: process.env.PATH, HOME: '/nonexistent' },
    });
    assert.equal(status, 0, stderr);
    assert.ok('tslab' in JSON.parse(stdout).kernelspecs, stdout);
  });
});
