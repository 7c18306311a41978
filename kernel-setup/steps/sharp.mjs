import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withInstalled } from '../lib/npm.mjs';
import { packageLinks } from '../lib/packages.mjs';
import { inProject } from '../lib/paths.mjs';
import { sharpFolder, sharpPackages } from '../lib/sharp.mjs';
import { contentsOf } from '../lib/stamps.mjs';

/** Where Node finds them: beside sharp, among the packages that all projects share. */
const modules = () => packageLinks()[0] ?? '';

/** @param {string} name @param {string} version */
function isThere(name, version) {
  const manifest = join(modules(), name, 'package.json');
  return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === version;
}

/**
 * sharp's compiled code, for an installed tunebook. In a clone npm installs it with the other packages.
 *
 * @type {import('./step.mjs').Step}
 */
export const sharpStep = {
  name: 'sharp',
  title: 'sharp, which reads pictures',
  inputs: () => contentsOf([join(sharpFolder(), 'package-lock.json')], inProject()),
  artefacts: () => Object.keys(sharpPackages()).map((name) => join(modules(), name)),
  // each was moved here as a whole, so that what is here is complete
  holds: () => {
    const packages = Object.entries(sharpPackages());
    return packages.length > 0 && packages.every(([name, version]) => isThere(name, version));
  },
  async run(report) {
    report.progress('fetching its compiled code');
    // the folder of the shared packages, which may be on another disk than the project
    const shared = realpathSync(modules());
    await withInstalled(this.name, sharpFolder(), join(dirname(shared), 'sharp.part'), 'sharp', async (installed) => {
      for (const name of Object.keys(sharpPackages())) {
        rmSync(join(shared, name), { recursive: true, force: true });
        mkdirSync(dirname(join(shared, name)), { recursive: true });
        renameSync(join(installed, name), join(shared, name));
      }
    });
  },
};
