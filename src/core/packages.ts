import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from './errors';
import { isClone, projectFolder, setupCommand } from './paths';

// The entries of the package import this file first. An installed tunebook finds other packages through a link that the set-up makes
// (kernel-setup/lib/packages.mjs); without it, the first of them would be said to be missing, which is of no help.
if (!isClone && !existsSync(join(projectFolder, 'dist', 'node_modules'))) {
  throw new UserError(`tunebook is not set up yet: run \`${setupCommand}\` in the project folder`);
}
