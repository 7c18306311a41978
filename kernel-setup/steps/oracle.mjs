import { existsSync, linkSync, readdirSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runOrFail } from '../lib/child.mjs';
import { pythonEnvironment } from '../lib/environment.mjs';
import { SetupError } from '../lib/errors.mjs';
import { inCache, inProject } from '../lib/paths.mjs';
import { pipInstall, readPins, requirementsFile } from '../lib/pip.mjs';
import { findPython } from '../lib/python.mjs';
import { contentsOf } from '../lib/stamps.mjs';
import { tensorflowHome } from '../lib/tensorflow-variant.mjs';

const python = () => inCache('oracle', 'bin', 'python');
const base = () => (existsSync(python()) ? realpathSync(python()) : 'none');

/** TensorFlow 2.21 is published for Python 3.10 to 3.13, and this Keras wants 3.11. */
const SERVES = /^3\.1[123]\./;

/**
 * Keras, for tests that compare with it. Not part of the set-up: `npm test` brings it.
 *
 * @type {import('./step.mjs').Step}
 */
export const oracle = {
  name: 'oracle',
  title: 'Keras, to compare with in tests',
  inputs: () => [inCache('oracle'), base(), ...contentsOf([requirementsFile('oracle')], inProject())],
  artefacts: () => [python()],
  async run(report) {
    const { path, version } = findPython();
    if (!SERVES.test(version)) {
      throw new SetupError(`TensorFlow 2.21 needs Python 3.11 to 3.13 and this is ${version}`);
    }
    report.progress('making the environment');
    rmSync(inCache('oracle'), { recursive: true, force: true });
    await runOrFail(this.name, path, ['-m', 'venv', inCache('oracle')], {
      env: pythonEnvironment(),
      what: 'making a Python environment',
    });
    const count = readPins('oracle').length;
    let fetched = 0;
    await pipInstall(this.name, 'oracle', {
      what: 'Keras and TensorFlow',
      python: python(),
      // pip's cache has TensorFlow's wheel, whose libraries the set-up took out already
      more: ['--no-deps', '--only-binary=:all:', '--no-compile'],
      onLine: (line) => {
        if (/^\s*(Downloading|Using cached) \S+\.whl/.test(line))
          report.progress('fetching', Math.min(++fetched, count), count, 'packages');
        if (line.startsWith('Installing collected packages')) report.progress('installing');
      },
    });
    shareLibraries();
    await runOrFail(this.name, python(), ['-c', 'import keras, tensorflow; print(keras.__version__)'], {
      env: { ...pythonEnvironment(), TF_CPP_MIN_LOG_LEVEL: '3' },
      what: 'loading Keras',
    });
  },
};

/** The two libraries, 780 MB, are those that tfjs-node runs with, where both are the same build: keep them once. */
function shareLibraries() {
  const lib = inCache('oracle', 'lib');
  const packages = readdirSync(lib).find((name) => name.startsWith('python3'));
  if (!packages) return;
  for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']) {
    const ours = join(tensorflowHome('cpu'), 'tensorflow', name);
    const theirs = join(lib, packages, 'site-packages', 'tensorflow', name);
    if (!existsSync(ours) || !existsSync(theirs) || statSync(ours).size !== statSync(theirs).size) continue;
    try {
      linkSync(ours, `${theirs}.new`);
      renameSync(`${theirs}.new`, theirs);
    } catch {
      // another file system, or one without links: it stays twice
    }
  }
}
