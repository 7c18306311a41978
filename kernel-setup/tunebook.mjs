#!/usr/bin/env node
// The command `tunebook`: prepares Node for TensorFlow, then starts the compiled command line.
import { requireNode, runCommand } from './lib/entry.mjs';

requireNode();
runCommand(async () => {
  const { existsSync } = await import('node:fs');
  const { pathToFileURL } = await import('node:url');
  const { inProject, isClone } = await import('./lib/paths.mjs');
  const { packageFolder, packagesLinked } = await import('./lib/packages.mjs');
  const { compiledCode, tensorflowVariables } = await import('./lib/environment.mjs');
  const argv = process.argv.slice(2);
  const main = inProject('dist', 'src', 'cli', 'main.js');
  if (!existsSync(main) || !(isClone ? existsSync(packageFolder('commander')) : packagesLinked())) {
    // these three must work before anything is set up
    if (argv[0] === 'doctor') return (await import('./doctor.mjs')).doctor(argv.slice(1));
    if (argv[0] === 'setup') return (await import('./setup.mjs')).setup(argv.slice(1));
    if (argv[0] === 'lab') return (await import('./lab.mjs')).lab(argv.slice(1));
    if (isClone) {
      process.stderr.write('tunebook is not set up yet: run `npm start` (or `npm run setup`) in its folder.\n');
      return 1;
    }
    await findPackages();
  }
  // set one by one: TensorFlow reads the C library's environment, which a new process.env object would not change
  const variables = { ...tensorflowVariables, ...compiledCode() };
  for (const [name, value] of Object.entries(variables)) process.env[name] ??= value;
  /** @type {{enableCompileCache?: () => void, isBuiltin: unknown}} */
  const nodeModule = await import('node:module');
  nodeModule.enableCompileCache?.(); // not in Node 20, nor in its types
  await import('./lib/node-shims.cjs');
  return (await import(pathToFileURL(main).href)).main(argv);
});

/** Unpack the packages that an installed tunebook brought, so that every command, such as --help, works before the set-up. */
async function findPackages() {
  const { setUp } = await import('./lib/setup.mjs');
  const { Report } = await import('./lib/report.mjs');
  const { namedSteps } = await import('./steps/index.mjs');
  // standard output belongs to the command
  await setUp({ report: new Report(process.stderr), steps: namedSteps('node-packages') });
}
