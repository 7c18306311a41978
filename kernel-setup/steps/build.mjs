import { existsSync, rmSync } from 'node:fs';
import { relative } from 'node:path';
import { failure, logFile, run } from '../lib/child.mjs';
import { SetupError } from '../lib/errors.mjs';
import { inPackage } from '../lib/packages.mjs';
import { inProject, isClone } from '../lib/paths.mjs';
import { contentsOf, filesIn } from '../lib/stamps.mjs';

/** The folders and files that tsconfig.json compiles. */
const FOLDERS = ['src', 'test', 'data-samples', 'bench'];

const sources = () => FOLDERS.flatMap((folder) => filesIn(inProject(folder), /\.(c|m)?tsx?$|\.json$/));
const compiler = () => inPackage('typescript', 'bin', 'tsc');

/** Remove compiled files whose sources are gone. Otherwise their tests would still run. */
function removeOrphans() {
  for (const file of filesIn(inProject('dist'), /\.(js|d\.ts|js\.map)$/)) {
    const source = relative(inProject('dist'), file).replace(/\.(js|d\.ts|js\.map)$/, '.ts');
    if (!existsSync(inProject(source))) rmSync(file);
  }
}

/** @type {import('./step.mjs').Step} */
export const build = {
  name: 'build',
  title: 'TypeScript build',
  inputs: () => [
    ...contentsOf([inProject('tsconfig.json'), inPackage('typescript', 'package.json')], inProject()),
    ...contentsOf(sources(), inProject()),
  ],
  artefacts: () => [inProject('dist', 'src', 'index.js')],
  // an installed package is already compiled
  ...(isClone ? {} : { holds: () => existsSync(inProject('dist', 'src', 'index.js')) }),
  async run(report) {
    report.progress('compiling', 0, sources().length, 'files');
    const { code, log } = await run(this.name, process.execPath, [compiler(), '-p', inProject(), '--pretty', 'false']);
    if (code !== 0) {
      const errors = log.split('\n').filter((line) => /error TS\d+/.test(line));
      if (errors.length === 0) throw failure(this.name, log, 'the TypeScript build');
      const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
      throw new SetupError(`TypeScript: ${errors[0]}${more}. Fix the code and try again. Log: ${logFile(this.name)}`);
    }
    removeOrphans();
  },
};
