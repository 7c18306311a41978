import { messageOf, UserError } from './errors';
import { lazyModule } from './lazyModule';
import { setupCommand } from './paths';

/** sharp, which decodes and resizes pictures; loaded when the first picture is read. */
export const sharp = lazyModule(load);

/** @throws {UserError} if its compiled code, which the set-up installs, is missing or does not load */
function load(): typeof import('sharp') {
  try {
    return require('sharp');
  } catch (error) {
    const [reason = ''] = messageOf(error).split('\n');
    throw new UserError(`pictures cannot be read yet: run \`${setupCommand}\` in the project folder (${reason})`, {
      cause: error,
    });
  }
}
