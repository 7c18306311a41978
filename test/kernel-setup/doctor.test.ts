import assert from 'node:assert/strict';
import { join } from 'node:path';
import { linesOf, node, programs, removeFolders, setupFile, smallProject } from './helpers';

interface Answer {
  ok: boolean;
  checks: { name: string; ok: boolean; found: string; remedy?: string }[];
}

const answerOf = (stdout: string): Answer => JSON.parse(linesOf(stdout).at(-1) ?? '');

const NAMES = [
  ...['Node', 'system', 'Python', 'C++ compiler', 'TensorFlow', 'device', 'engines'],
  ...['JupyterLab', 'widgets'],
  ...['tslab', 'kernelspec', 'weights', 'samples', 'build'],
];

describe('doctor', () => {
  after(removeFolders);

  it('finds everything after the set-up', async () => {
    const { code, stdout } = await node([setupFile('doctor.mjs'), '--json'], {
      TUNEBOOK_TENSORFLOW: process.env.TUNEBOOK_TENSORFLOW,
    });
    const { ok, checks } = answerOf(stdout);
    assert.deepEqual(
      checks.filter((check) => !check.ok),
      [],
    );
    assert.deepEqual(
      checks.map((check) => check.name),
      NAMES,
    );
    assert.equal(ok, true);
    assert.equal(code, 0);
  });

  it('works before anything is set up, and names the command that installs each missing part', async () => {
    const project = smallProject({ packages: false });
    const env = { PATH: programs({}), TUNEBOOK_CACHE: '', TUNEBOOK_PYTHON: '', CXX: '' };
    const { code, stdout, stderr } = await node([join(project, 'kernel-setup', 'doctor.mjs'), '--json'], env);
    const { ok, checks } = answerOf(stdout);
    assert.equal(stderr, '');
    assert.equal(code, 1);
    assert.equal(ok, false);
    const missing = checks.filter((check) => !check.ok);
    assert.deepEqual(
      missing.map((check) => check.name),
      NAMES.filter((name) => !['Node', 'system', 'C++ compiler', 'engines'].includes(name)),
    );
    for (const check of missing) assert.match(check.remedy ?? '', /npm run setup|apt-get install/);
    const foundOf = (name: string) => checks.find((check) => check.name === name)?.found ?? '';
    assert.match(foundOf('C++ compiler'), /the set-up downloads one/);
    assert.equal(
      foundOf('engines'),
      'TensorFlow; ONNX Runtime and OpenVINO can be added: npm run setup -- --only onnxruntime,openvino',
    );
  });

  it('prints a table with a line for each part', async () => {
    const project = smallProject({ packages: false });
    const { code, stdout } = await node([join(project, 'kernel-setup', 'tunebook.mjs'), 'doctor'], {
      TUNEBOOK_CACHE: '',
    });
    assert.equal(code, 1);
    const lines = linesOf(stdout);
    assert.equal(lines.length, NAMES.length + 1);
    assert.match(lines[0] ?? '', /^Node {10}ok {6}/);
    assert.match(stdout, /^tslab {9}missing .* -> {2}npm run setup$/m);
  });

  it('refuses an unknown option in one line', async () => {
    const { code, stderr } = await node([setupFile('doctor.mjs'), '--jsn']);
    assert.equal(code, 1);
    assert.match(stderr, /^Unknown option '--jsn'\. Usage: tunebook doctor \[--json\]\n$/);
  });
});

describe('the command tunebook before the set-up', () => {
  after(removeFolders);

  it('says what to run', async () => {
    const project = smallProject({ packages: false });
    const { code, stderr } = await node([join(project, 'kernel-setup', 'tunebook.mjs'), 'train']);
    assert.equal(code, 1);
    assert.match(stderr, /^tunebook is not set up yet: run `npm start`.*\n$/);
  });

  it('says so for the lab, too', async () => {
    const project = smallProject({ packages: false });
    const { code, stderr } = await node([join(project, 'kernel-setup', 'tunebook.mjs'), 'lab'], { TUNEBOOK_CACHE: '' });
    assert.equal(code, 1);
    assert.match(stderr, /^JupyterLab is not set up yet: run `npm start`.*\n$/);
  });
});
