import { existsSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runOrFail } from '../lib/child.mjs';
import { pythonEnvironment } from '../lib/environment.mjs';
import { inProject, pythonFolder, venvPython } from '../lib/paths.mjs';
import { pipInstall, readPins, requirementsFile } from '../lib/pip.mjs';
import { findPython } from '../lib/python.mjs';
import { contentsOf } from '../lib/stamps.mjs';

/** The actual program behind the environment's Python: it changes when the system's Python does. */
function base() {
  const program = venvPython();
  return existsSync(program) ? realpathSync(program) : 'none';
}

/** About how many of the pinned packages this machine installs; those for other systems or for an older Python do not count. */
function expected() {
  return readPins('python').filter(({ marker }) => !/== '(darwin|win32|nt)'|< '3\.11/.test(marker)).length;
}

/** @type {import('./step.mjs').Step} */
export const python = {
  name: 'python',
  title: 'Python environment (JupyterLab)',
  inputs: () => [
    // a virtual environment contains its own path, so a moved project needs a new one
    pythonFolder(),
    base(),
    ...contentsOf([requirementsFile('pip'), requirementsFile('python')], inProject()),
  ],
  artefacts: () => [venvPython(), join(pythonFolder(), 'share', 'jupyter', 'lab', 'static', 'index.html')],
  async run(report) {
    const { path } = findPython();
    report.progress('making the environment');
    // an incomplete environment looks like a complete one, so start again; pip's cache makes that quick
    rmSync(pythonFolder(), { recursive: true, force: true });
    await runOrFail(this.name, path, ['-m', 'venv', pythonFolder()], {
      env: pythonEnvironment(),
      what: 'making a Python environment',
      remedy: 'If the log mentions ensurepip: apt-get install python3-venv',
    });
    await pipInstall(this.name, 'pip', { what: 'pip' });
    const count = expected();
    let fetched = 0;
    await pipInstall(this.name, 'python', {
      what: 'the Python packages',
      onLine: (line) => {
        if (/^\s*(Downloading|Using cached) \S+\.(whl|tar\.gz)/.test(line)) fetched++;
        if (line.startsWith('Installing collected packages')) {
          report.progress(`installing ${line.split(',').length} packages`);
        } else if (fetched > 0) {
          report.progress('fetching', Math.min(fetched, count), count, 'packages');
        }
      },
    });
  },
};
