import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inProject } from './paths.mjs';

/** The folder with the lock file of sharp's compiled code, see kernel-setup/pack/sharp.mjs. @param {string} [platform] */
export const sharpFolder = (platform = `${process.platform}-${process.arch}`) => inProject('dist', 'sharp', platform);

/**
 * The packages with sharp's compiled code for this platform, with their versions; none on a platform that is not supported.
 *
 * @returns {Record<string, string>}
 */
export function sharpPackages() {
  const manifest = join(sharpFolder(), 'package.json');
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).dependencies : {};
}
