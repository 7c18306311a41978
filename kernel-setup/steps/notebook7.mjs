import { existsSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { inCache, inProject } from '../lib/paths.mjs';
import { pipInstall, requirementsFile } from '../lib/pip.mjs';
import { contentsOf } from '../lib/stamps.mjs';

/** Where Jupyter Notebook looks for its own settings and themes, and for those of JupyterLab. */
const application = (/** @type {string} */ environment) => inCache(environment, 'share', 'jupyter', 'lab');

/**
 * Jupyter Notebook 7, in which a test operates widgets. In a folder of its own, as JupyterLab would otherwise show its buttons, too; the
 * packages that it needs are JupyterLab's. Not part of the set-up: `npm test` brings it.
 *
 * @type {import('./step.mjs').Step}
 */
export const notebook7 = {
  name: 'notebook7',
  title: 'Jupyter Notebook, to test widgets in',
  inputs: () => [inCache('python'), ...contentsOf([requirementsFile('notebook7')], inProject())],
  artefacts: () => [inCache('notebook7', 'notebook', '__init__.py')],
  async run() {
    rmSync(inCache('notebook7'), { recursive: true, force: true });
    await pipInstall(this.name, 'notebook7', {
      what: 'Jupyter Notebook',
      more: ['--no-deps', '--target', inCache('notebook7')],
    });
    for (const folder of ['.', 'schemas']) linkMissing(folder);
  },
};

/** @param {string} folder */
function linkMissing(folder) {
  const [from, to] = [join(application('python'), folder), join(application('notebook7'), folder)];
  for (const name of readdirSync(from)) if (!existsSync(join(to, name))) symlinkSync(join(from, name), join(to, name));
}
