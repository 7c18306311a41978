import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { npm } from '../lib/npm.mjs';
import { inProject } from '../lib/paths.mjs';
import { packageManifest, writeArchive } from './archive.mjs';
import { copyTfjsNode } from './copy-tfjs-node.mjs';
import { writeDrawings } from './drawings.mjs';
import { writeSharp } from './sharp.mjs';

/**
 * What `npm pack` says of a package.
 *
 * @typedef {{filename: string, size: number, unpackedSize: number, files: {path: string}[]}} Packed
 */

/**
 * @param {string} folder
 * @param {readonly string[]} options
 * @returns {Packed}
 */
function npmPack(folder, options) {
  const { program, parameters } = npm();
  const printed = execFileSync(program, [...parameters, 'pack', '--json', '--ignore-scripts', ...options], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  // an array up to npm 11, an object from npm 12 on
  return /** @type {Packed} */ (Object.values(JSON.parse(printed))[0]);
}

/**
 * Make the package, in a folder of its own: what `files` in package.json names, and a manifest without what only the clone needs.
 *
 * @param {string} destination the folder for it
 */
export async function makePackage(destination) {
  copyTfjsNode();
  writeDrawings();
  writeSharp();
  await writeArchive();
  const folder = inProject('build', 'package');
  rmSync(folder, { recursive: true, force: true });
  for (const { path } of npmPack(inProject(), ['--dry-run']).files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    copyFileSync(inProject(path), join(folder, path));
  }
  const manifest = packageManifest(JSON.parse(readFileSync(inProject('package.json'), 'utf8')));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const packed = npmPack(folder, ['--pack-destination', destination]);
  rmSync(folder, { recursive: true, force: true });
  return packed;
}
