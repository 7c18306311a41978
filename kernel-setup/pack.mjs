#!/usr/bin/env node
// npm run pack (as `prepack`): makes what the package has and a clone does not. Options: --update writes the hashes of the bindings after a
// change, --again builds them also if they are there, to see that they are the same.
import { requireNode, runCommand } from './lib/entry.mjs';

requireNode();
runCommand(async () => {
  const { readOptions } = await import('./lib/arguments.mjs');
  const { Report } = await import('./lib/report.mjs');
  const { build } = await import('./steps/build.mjs');
  const { buildBindings } = await import('./pack/bindings.mjs');
  const { copyTfjsNode } = await import('./pack/copy-tfjs-node.mjs');
  const { writeDrawings } = await import('./pack/drawings.mjs');
  const given = readOptions(process.argv.slice(2), 'node kernel-setup/pack.mjs [--update] [--again]', {
    update: { type: 'boolean' },
    again: { type: 'boolean' },
  });
  // standard output belongs to npm: `npm pack --json` writes there
  const report = new Report(process.stderr);
  await build.run(report);
  copyTfjsNode();
  writeDrawings();
  await buildBindings({
    update: given.update === true,
    again: given.again === true,
    say: (text) => report.line(text),
  });
  return 0;
});
