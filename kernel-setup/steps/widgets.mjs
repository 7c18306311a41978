import { join } from 'node:path';
import { inProject, pythonFolder } from '../lib/paths.mjs';
import { pipInstall, requirementsFile } from '../lib/pip.mjs';
import { contentsOf } from '../lib/stamps.mjs';

const extension = (/** @type {string[]} */ ...parts) =>
  join(pythonFolder(), 'share', 'jupyter', 'labextensions', ...parts);

/**
 * The parts of widgets that run in JupyterLab and Notebook 7. Only files for the browser are needed of these packages, so Python's own
 * widgets, which they depend on, are not installed.
 *
 * @type {import('./step.mjs').Step}
 */
export const widgets = {
  name: 'widgets',
  title: 'widgets in JupyterLab',
  inputs: () => [pythonFolder(), ...contentsOf([requirementsFile('widgets')], inProject())],
  artefacts: () => [
    extension('anywidget', 'package.json'),
    extension('@jupyter-widgets', 'jupyterlab-manager', 'package.json'),
  ],
  async run() {
    await pipInstall(this.name, 'widgets', { what: 'the widgets of JupyterLab', more: ['--no-deps'] });
  },
};
