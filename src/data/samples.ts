import { existsSync } from 'node:fs';
import { UserError } from '../core/errors';
import { cacheFolder, setupCommand } from '../core/paths';

/**
 * The names of the bundled sample datasets, whose pictures are drawn at set-up: `emoji` of eight kinds of things, grouped by what they
 * show, and eight capital `letters` in many typefaces, grouped by typeface.
 *
 * @example
 * ```ts
 * import { data } from 'tunebook';
 *
 * data.samples; // => [ 'emoji', 'letters' ]
 * ```
 */
export const samples = ['emoji', 'letters'];

/**
 * The folder of a bundled sample dataset.
 *
 * @param name such as `'emoji'`
 * @returns undefined when there is no sample of that name
 * @throws {UserError} when set-up has not drawn the sample yet
 *
 * @example
 * ```ts
 * import { data, imageFolder } from 'tunebook';
 *
 * const folder = data.sampleFolder('emoji');
 * if (folder !== undefined) imageFolder(folder).classes.length; // eight classes, such as 'bird' and 'fruit'
 * ```
 */
export function sampleFolder(name: string): string | undefined {
  if (!samples.includes(name)) return undefined;
  const folder = cacheFolder('samples', name);
  if (!existsSync(folder)) {
    throw new UserError(`the sample '${name}' has not been drawn yet: run \`${setupCommand}\` in the project folder`);
  }
  return folder;
}
