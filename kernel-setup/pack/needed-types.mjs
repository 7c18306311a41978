// Writes dist/src/.npmignore, which keeps the type declarations out of the package that no public type needs: half of them. npm takes
// its time for the number of files, not for their size.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { inProject } from '../lib/paths.mjs';
import { filesIn, writeWhole } from '../lib/stamps.mjs';

/** The declarations that package.json names. */
function publicTypes() {
  const { exports, imports } = JSON.parse(readFileSync(inProject('package.json'), 'utf8'));
  const named = Object.values({ ...exports, ...imports }).flatMap(({ types }) => types ?? []);
  return named.map((file) => inProject(file));
}

/** Declarations and all that they import, which a compiler writes in two ways. @param {readonly string[]} files */
function withImports(files) {
  const found = new Set(files);
  for (const file of found) {
    for (const [, from] of readFileSync(file, 'utf8').matchAll(/\b(?:from|import|import\() ?["'](\.[^"']*)["']/g)) {
      const path = join(dirname(file), from ?? '');
      const imported = [`${path}.d.ts`, join(path, 'index.d.ts')].find((place) => existsSync(place));
      if (imported === undefined) throw new Error(`${file} imports ${from}, which has no types: run \`npm run build\``);
      found.add(imported);
    }
  }
  return found;
}

/** Write the file. */
export function leaveOutTypes() {
  const folder = inProject('dist', 'src');
  const needed = withImports(publicTypes());
  const unneeded = filesIn(folder, /\.d\.ts$/).filter((file) => !needed.has(file));
  writeWhole(join(folder, '.npmignore'), unneeded.map((file) => `/${relative(folder, file)}\n`).join(''));
}
