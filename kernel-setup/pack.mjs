#!/usr/bin/env node
// npm run pack: makes the package, and prints its path. Options: --pack-destination FOLDER; --update writes the hashes of the bindings after
// a change, --again builds them also if they are there, to see that they are the same.
import { join, resolve } from 'node:path';
import { requireNode, runCommand } from './lib/entry.mjs';

requireNode();
runCommand(async () => {
  const { readOptions } = await import('./lib/arguments.mjs');
  const { Report } = await import('./lib/report.mjs');
  const { build } = await import('./steps/build.mjs');
  const { buildBindings } = await import('./pack/bindings.mjs');
  const { makePackage } = await import('./pack/make.mjs');
  const usage = 'node kernel-setup/pack.mjs [--pack-destination FOLDER] [--update] [--again]';
  const given = readOptions(process.argv.slice(2), usage, {
    'pack-destination': { type: 'string' },
    update: { type: 'boolean' },
    again: { type: 'boolean' },
  });
  // standard output is for the path
  const report = new Report(process.stderr);
  await build.run(report);
  await buildBindings({
    update: given.update === true,
    again: given.again === true,
    say: (text) => report.line(text),
  });
  const folder = resolve(String(given['pack-destination'] ?? '.'));
  const { filename, size, files } = await makePackage(folder);
  report.line(`${files.length} files, ${(size / 1e6).toFixed(1)} MB`);
  process.stdout.write(`${join(folder, filename)}\n`);
  return 0;
});
