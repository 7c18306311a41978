import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { linesOf, load, node, programs, removeFolders, smallProject, temporaryFolder } from './helpers';

/** An address at which nothing listens. */
const NOBODY = 'http://127.0.0.1:9/';

/** The answer of a fake Python to the question for its version. */
const python = (minor: number, venv: boolean) =>
  `echo '{"version": "3.${minor}.1", "major": 3, "minor": ${minor}, "path": "/opt/python3", "venv": ${venv}, "bits": true}'`;

/** The set-up of a small project whose Node packages are installed, with only these programs on the PATH. */
async function setUpWith(scripts: Readonly<Record<string, string>>) {
  const project = smallProject({ packages: true });
  const env = { PATH: programs(scripts), TUNEBOOK_CACHE: '', TUNEBOOK_PYTHON: '', NODE_OPTIONS: '' };
  return { project, ...(await node([join(project, 'kernel-setup', 'setup.mjs')], env)) };
}

describe('the set-up', () => {
  after(removeFolders);

  it('says in one line that there is no network, and what it was downloading', async () => {
    const project = smallProject({ packages: false });
    const { code, stderr } = await node([join(project, 'kernel-setup', 'setup.mjs')], {
      TUNEBOOK_CACHE: '',
      npm_config_registry: NOBODY,
      npm_config_fetch_retries: '0',
      npm_config_cache: temporaryFolder(),
    });
    assert.equal(code, 1);
    assert.equal(linesOf(stderr).length, 1);
    assert.match(
      stderr,
      /^Set-up stopped: no network while fetching the Node packages\. Connect .* Log: .*node-packages\.log$/m,
    );
    assert.deepEqual(readdirSync(join(project, '.cache', 'locks')), []);
  });

  it('recognizes packages that any npm has installed, and notices a missing one and one of another version', async () => {
    const { packagesInstalled } = await load<{ packagesInstalled(project: string): boolean }>(
      'steps',
      'node-packages.mjs',
    );
    const ours = { version: '1.2.3', integrity: 'sha512-a' };
    const forOthers = { version: '1.2.3', integrity: 'sha512-b', optional: true };
    const holds = (listed: object, folders: readonly string[]) => {
      const project = temporaryFolder();
      for (const name of ['', ...folders]) mkdirSync(join(project, 'node_modules', name), { recursive: true });
      const write = (file: string, packages: object) =>
        writeFileSync(join(project, file), JSON.stringify({ packages: { '': {}, ...packages } }));
      write('package-lock.json', { 'node_modules/ours': ours, 'node_modules/for-macos': forOthers });
      write('node_modules/.package-lock.json', listed);
      return packagesInstalled(project);
    };
    assert.equal(holds({ 'node_modules/ours': ours }, ['ours']), true); // npm 10
    assert.equal(holds({ 'node_modules/ours': ours, 'node_modules/for-macos': forOthers }, ['ours']), true); // npm 11
    assert.equal(holds({ 'node_modules/ours': ours }, []), false);
    assert.equal(holds({}, ['ours']), false);
    assert.equal(holds({ 'node_modules/ours': { ...ours, version: '1.2.4' } }, ['ours']), false);
  });

  it('keeps what is done when Python is missing, and says how to get one', async () => {
    const { project, code, stdout, stderr } = await setUpWith({});
    assert.equal(code, 1);
    assert.match(stdout, /\[2\/8\] TypeScript build {2}done in/);
    assert.ok(existsSync(join(project, 'dist', 'src', 'index.js')));
    assert.equal(linesOf(stderr).length, 1);
    assert.match(
      stderr,
      /needs Python 3\.10 or newer .* found none on the PATH\. .*apt-get install python3 python3-venv/,
    );
  });

  it('names a Python that is too old', async () => {
    const { code, stderr } = await setUpWith({ python3: python(8, true) });
    assert.equal(code, 1);
    assert.equal(linesOf(stderr).length, 1);
    assert.match(stderr, /found only Python 3\.8\.1 \(\/opt\/python3\)/);
  });

  it('says which Debian package is missing if Python cannot make an environment', async () => {
    const { code, stderr } = await setUpWith({ python3: python(11, false) });
    assert.equal(code, 1);
    assert.equal(linesOf(stderr).length, 1);
    assert.match(stderr, /venv or ensurepip module is missing.*apt-get install python3-venv/);
  });

  it('shows the first error line if making an environment fails, and names the log', async () => {
    const { code, stderr } = await setUpWith({
      python3: `case "$*" in *venv*) [ "$1" = -c ] || { echo 'Error: the sky fell'; exit 1; };; esac\n${python(11, true)}`,
    });
    assert.equal(code, 1);
    assert.match(stderr, /making a Python environment failed/);
  });

  it('says in one line that this kind of machine is not supported', async () => {
    const project = smallProject({ packages: false });
    const fake = join(temporaryFolder(), 'other.cjs');
    writeFileSync(fake, "Object.defineProperty(process, 'arch', { value: 'ppc64' });\n");
    const { code, stderr } = await node(['-r', fake, join(project, 'kernel-setup', 'setup.mjs')], {
      TUNEBOOK_CACHE: '',
    });
    assert.equal(code, 1);
    assert.match(stderr, /^tunebook runs on Linux x86_64, .*; this is linux ppc64\. Use a Linux x86_64 machine.*\n$/);
  });

  it('refuses a setting that is neither cpu nor gpu', async () => {
    const { code, stderr } = await node([join(smallProject({ packages: true }), 'kernel-setup', 'doctor.mjs')], {
      TUNEBOOK_TENSORFLOW: 'tpu',
      TUNEBOOK_CACHE: '',
    });
    assert.equal(code, 1);
    assert.match(stderr, /^TUNEBOOK_TENSORFLOW is 'tpu': set it to cpu or gpu.*\n$/);
  });

  it('pins every Python package with a hash', async () => {
    const { readPins } = await load<{ readPins(name: string): { name: string; marker: string; hashes: string[] }[] }>(
      'lib',
      'pip.mjs',
    );
    for (const name of [
      'python',
      'pip',
      'tensorflow-cpu',
      'tensorflow-gpu',
      'tensorflow-linux-arm64',
      'tensorflow-darwin-arm64',
      'weights',
      'compiler',
    ]) {
      const pins = readPins(name);
      assert.ok(pins.length > 0);
      for (const pin of pins) assert.ok(pin.hashes.length > 0, `${pin.name} in ${name}.txt`);
    }
    const packages = readPins('python');
    assert.ok(packages.some((pin) => pin.name === 'jupyterlab'));
    assert.equal(packages.find((pin) => pin.name === 'appnope')?.marker, "sys_platform == 'darwin'");
  });

  it('makes a kernel that starts from any folder', async () => {
    const { kernelspecFile } = await load<{ kernelspecFile(): string }>('steps', 'kernelspec.mjs');
    const spec = JSON.parse(readFileSync(kernelspecFile(), 'utf8'));
    assert.equal(spec.display_name, 'TypeScript (tunebook)');
    assert.equal(spec.interrupt_mode, 'message');
    assert.equal(spec.env.TUNEBOOK_KERNEL, '1');
    assert.equal(dirname(kernelspecFile()).endsWith('kernels/tslab'), true);
    for (const file of [spec.argv[0], spec.argv[3], spec.argv[4]]) assert.ok(existsSync(file), file);
    assert.equal(spec.argv.at(-1), '{connection_file}');
  });
});
