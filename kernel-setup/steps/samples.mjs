import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { callCompiled } from '../lib/compiled.mjs';
import { drawingsVersions, withDrawings } from '../lib/drawings.mjs';
import { inPackage } from '../lib/packages.mjs';
import { inCache, inProject } from '../lib/paths.mjs';
import { contentsOf, filesIn } from '../lib/stamps.mjs';

const compiled = () => inProject('dist', 'data-samples');
const target = () => inCache('samples', 'emoji');

/** @type {import('./step.mjs').Step} */
export const samples = {
  name: 'samples',
  title: 'Sample pictures (emoji)',
  inputs: () => [
    ...contentsOf(filesIn(compiled(), /\.js$/), inProject()),
    // and sharp, which turns the drawings into pixels
    ...contentsOf([...drawingsVersions(), inPackage('sharp', 'package.json')], inProject()),
  ],
  artefacts: () => [target()],
  async run(report) {
    mkdirSync(inCache('samples'), { recursive: true });
    for (const left of readdirSync(inCache('samples')).filter((name) => name.startsWith('.emoji-'))) {
      rmSync(inCache('samples', left), { recursive: true, force: true });
    }
    const part = inCache('samples', `.emoji-${process.pid}`);
    report.progress('fetching the drawings');
    await withDrawings(this.name, (env) =>
      callCompiled(this.name, {
        file: join(compiled(), 'build.js'),
        name: 'buildEmojiSamples',
        parameters: [part],
        what: 'drawing the sample pictures',
        env,
        onProgress: (done, total) => report.progress('drawing', done, total, 'pictures'),
      }),
    );
    rmSync(target(), { recursive: true, force: true });
    renameSync(part, target());
  },
};
