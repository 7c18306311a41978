import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { callCompiled } from '../lib/compiled.mjs';
import { drawingsVersions, withDrawings } from '../lib/drawings.mjs';
import { inPackage } from '../lib/packages.mjs';
import { inCache, inProject } from '../lib/paths.mjs';
import { contentsOf, filesIn } from '../lib/stamps.mjs';

const compiled = () => inProject('dist', 'data-samples');
const target = (/** @type {string} */ name) => inCache('samples', name);

/** What draws each sample: a compiled file, and its function. */
const SAMPLES = {
  emoji: ['build.js', 'buildEmojiSamples'],
  letters: ['letters/build.js', 'buildLetterSamples'],
};

/** @type {import('./step.mjs').Step} */
export const samples = {
  name: 'samples',
  title: 'Sample pictures (emoji, letters)',
  inputs: () => [
    ...contentsOf(filesIn(compiled(), /\.js$/), inProject()),
    // and sharp, which turns the drawings into pixels
    ...contentsOf([...drawingsVersions(), inPackage('sharp', 'package.json')], inProject()),
  ],
  artefacts: () => Object.keys(SAMPLES).map(target),
  async run(report) {
    mkdirSync(inCache('samples'), { recursive: true });
    for (const left of readdirSync(inCache('samples')).filter((name) => name.startsWith('.'))) {
      rmSync(inCache('samples', left), { recursive: true, force: true });
    }
    report.progress('fetching the drawings');
    await withDrawings(this.name, async (env) => {
      for (const [name, [file = '', built = '']] of Object.entries(SAMPLES)) {
        const part = inCache('samples', `.${name}-${process.pid}`);
        await callCompiled(this.name, {
          file: join(compiled(), file),
          name: built,
          parameters: [part],
          what: `drawing the sample pictures (${name})`,
          env,
          onProgress: (done, total) => report.progress(`drawing ${name}`, done, total, 'pictures'),
        });
        rmSync(target(name), { recursive: true, force: true });
        renameSync(part, target(name));
      }
    });
  },
};
