import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { callCompiled } from '../lib/compiled.mjs';
import { inPackage } from '../lib/packages.mjs';
import { inCache, inProject } from '../lib/paths.mjs';
import { contentsOf, filesIn } from '../lib/stamps.mjs';

const compiled = () => inProject('dist', 'data-samples');
const target = () => inCache('samples', 'emoji');

/** The packages with the drawings, and sharp, which turns them into pixels. */
const PACKAGES = [
  ...['emojione', 'fluent-emoji-flat', 'noto', 'openmoji', 'twemoji'].map((name) => `@iconify-json/${name}`),
  'emojibase-data',
  'sharp',
];

/** @type {import('./step.mjs').Step} */
export const samples = {
  name: 'samples',
  title: 'Sample pictures (emoji)',
  inputs: () => [
    ...contentsOf(filesIn(compiled(), /\.js$/), inProject()),
    ...contentsOf(
      PACKAGES.map((name) => inPackage(name, 'package.json')),
      inProject(),
    ),
  ],
  artefacts: () => [target()],
  async run(report) {
    mkdirSync(inCache('samples'), { recursive: true });
    for (const left of readdirSync(inCache('samples')).filter((name) => name.startsWith('.emoji-'))) {
      rmSync(inCache('samples', left), { recursive: true, force: true });
    }
    const part = inCache('samples', `.emoji-${process.pid}`);
    await callCompiled(this.name, {
      file: join(compiled(), 'build.js'),
      name: 'buildEmojiSamples',
      parameters: [part],
      what: 'drawing the sample pictures',
      onProgress: (done, total) => report.progress('drawing', done, total, 'pictures'),
    });
    rmSync(target(), { recursive: true, force: true });
    renameSync(part, target());
  },
};
