import { readFileSync } from 'node:fs';
import { withInstalled } from './npm.mjs';
import { inPackage } from './packages.mjs';
import { inCache, inProject, isClone } from './paths.mjs';

/** The packages that the sample pictures are made of, which are in a clone only: drawings, typefaces, and what reads them. */
export const DRAWINGS = Object.keys(
  JSON.parse(readFileSync(inProject('package.json'), 'utf8')).devDependencies ?? {},
).filter((name) => /^(?:@iconify-json\/|@fontsource\/|emojibase-data$|opentype\.js$)/.test(name));

/** What an installed tunebook has instead of them: a lock file, see kernel-setup/pack/drawings.mjs. */
export const drawingsFolder = (/** @type {string[]} */ ...parts) => inProject('dist', 'drawings', ...parts);

/** The files that say which versions they have. */
export const drawingsVersions = () =>
  isClone ? DRAWINGS.map((name) => inPackage(name, 'package.json')) : [drawingsFolder('package-lock.json')];

/**
 * Work with these packages: those of the clone, or of an installed tunebook those that are installed for this purpose and removed afterwards.
 *
 * @param {string} step
 * @param {(env: NodeJS.ProcessEnv) => Promise<void>} work gets variables with which Node finds the packages
 */
export async function withDrawings(step, work) {
  if (isClone) return work({});
  const what = 'the drawings of the sample pictures';
  await withInstalled(step, drawingsFolder(), inCache('downloads', 'drawings'), what, (installed) =>
    work({ NODE_PATH: installed }),
  );
}
