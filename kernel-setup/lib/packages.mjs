import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { inCache, inProject } from './paths.mjs';

// The packages that tunebook needs are in node_modules in a clone. An installed tunebook brings them in one archive, because a package
// manager would spend most of a minute on their 12,000 files in every project: the set-up unpacks them once for all projects that share the
// cache, and makes a link to them where Node looks for packages, see steps/node-packages.mjs.

/** The archive of an installed tunebook, see kernel-setup/pack/archive.mjs. */
export const packagesArchive = () => inProject('dist', 'packages.tgz');

/** @returns {string | undefined} the SHA-256 of that archive; undefined if there is none */
export function archiveHash() {
  const file = `${packagesArchive()}.sha256`;
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

/** The folder for what is unpacked from an archive. @param {string} hash */
export const unpackedPackages = (hash) => inCache('packages', hash.slice(0, 16), 'node_modules');

/** Where Node looks for the packages that the files in these two folders import. */
export const packageLinks = () => ['dist', 'kernel-setup'].map((folder) => inProject(folder, 'node_modules'));

/** Whether an installed tunebook finds the packages that it brought, whichever cache they were unpacked to. */
export function packagesLinked(hash = archiveHash() ?? '') {
  return packageLinks().every((link) => {
    try {
      return basename(dirname(realpathSync(link))) === hash.slice(0, 16);
    } catch {
      return false; // never made, or the cache was removed
    }
  });
}

const { resolve } = createRequire(inProject('kernel-setup', 'tunebook.mjs'));

/**
 * The folder of a package that tunebook depends on, wherever it is: among those that it brought, inside tunebook's own folder, next to it, or
 * above. A package may not export its package.json, so this searches the folders in the same order as Node.
 *
 * @param {string} name
 * @returns {string} the folder; if the package is not installed, where it would be in a clone
 */
export function packageFolder(name) {
  const found = (resolve.paths(name) ?? [])
    .map((folder) => join(folder, ...name.split('/')))
    .find((folder) => existsSync(join(folder, 'package.json')));
  return found ?? inProject('node_modules', ...name.split('/'));
}

/**
 * The path of a file in such a package.
 *
 * @param {string} name
 * @param {...string} parts
 */
export const inPackage = (name, ...parts) => join(packageFolder(name), ...parts);
