import { existsSync, realpathSync, rmSync } from 'node:fs';
import { runOrFail } from '../lib/child.mjs';
import { pythonEnvironment } from '../lib/environment.mjs';
import { inCache, inProject } from '../lib/paths.mjs';
import { pipInstall, readPins, requirementsFile } from '../lib/pip.mjs';
import { findPython } from '../lib/python.mjs';
import { contentsOf } from '../lib/stamps.mjs';

/** The virtual environment with Keras, PyTorch, ONNX Runtime and OpenVINO; bench/peers.ts has the same path. */
const program = () => inCache('bench-python', 'bin', 'python');

const base = () => (existsSync(program()) ? realpathSync(program()) : 'none');

/**
 * The frameworks that `npm run bench` compares with. Not part of the set-up: only the benchmark installs them.
 *
 * The PyTorch on PyPI for Linux has CUDA and does not load without NVIDIA's libraries, hence the size.
 *
 * @type {import('./step.mjs').Step}
 */
export const benchPython = {
  name: 'bench-python',
  title: 'Keras, PyTorch, ONNX Runtime and OpenVINO to compare with (7 GB on disk, once)',
  inputs: () => [inCache('bench-python'), base(), ...contentsOf([requirementsFile('bench')], inProject())],
  artefacts: () => [program()],
  async run(report) {
    const { path } = findPython();
    // keep an existing environment: a new pin should not download gigabytes again
    if (!existsSync(program())) {
      report.progress('making the environment');
      rmSync(inCache('bench-python'), { recursive: true, force: true });
      await runOrFail(this.name, path, ['-m', 'venv', inCache('bench-python')], {
        env: pythonEnvironment(),
        what: 'making a Python environment',
      });
    }
    const count = readPins('bench').length;
    let fetched = 0;
    await pipInstall(this.name, 'bench', {
      what: 'the frameworks to compare with',
      python: program(),
      // some wheels have half a gigabyte, so no second copy is kept in pip's cache
      more: ['--no-deps', '--no-cache-dir'],
      onLine: (line) => {
        if (/^\s*Downloading \S+\.(whl|tar\.gz)/.test(line)) fetched++;
        if (line.startsWith('Installing collected packages')) report.progress('installing');
        else if (fetched > 0) report.progress('fetching', Math.min(fetched, count), count, 'packages');
      },
    });
  },
};
