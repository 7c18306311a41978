import { existsSync, readFileSync } from 'node:fs';
import { inProject } from './paths.mjs';
import { sha256 } from './pip.mjs';

/** The binding that `npm pack` built for a platform, such as linux-x64. @param {string} platform */
export const prebuiltFile = (platform) => inProject('dist', 'bindings', `${platform}.node`);

/** The file with the SHA-256 of the binding for each platform. Building is reproducible, so the hashes are part of the sources. */
export const hashesFile = () => inProject('kernel-setup', 'requirements', 'bindings.json');

/** @returns {Record<string, string>} */
export const bindingHashes = () => JSON.parse(readFileSync(hashesFile(), 'utf8'));

/**
 * The binding that came with the package for this platform, if it is the expected one.
 *
 * @param {string} [platform]
 * @returns {Promise<string | undefined>}
 */
export async function prebuiltBinding(platform = `${process.platform}-${process.arch}`) {
  const file = prebuiltFile(platform);
  if (!existsSync(file) || (await sha256(file)) !== bindingHashes()[platform]) return undefined;
  return file;
}
