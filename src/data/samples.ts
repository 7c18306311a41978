import { existsSync } from 'node:fs';
import { UserError } from '../core/errors';
import { cacheFolder, setupCommand } from '../core/paths';

/** The bundled datasets, drawn at set-up by data-samples/. */
export const samples = ['emoji'];

/**
 * Where a bundled sample lies, or undefined if `name` is none.
 *
 * @throws {UserError} if it is one that set-up has not drawn yet
 */
export function sampleFolder(name: string): string | undefined {
  if (!samples.includes(name)) return undefined;
  const folder = cacheFolder('samples', name);
  if (!existsSync(folder)) {
    throw new UserError(`the sample '${name}' is not drawn yet: run \`${setupCommand}\` in the project folder`);
  }
  return folder;
}
