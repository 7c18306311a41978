#!/usr/bin/env node
// npm pack, npm publish (as `prepack`): makes what the package has and a clone does not.
import { requireNode, runCommand } from './lib/entry.mjs';

requireNode();
runCommand(async () => {
  const { Report } = await import('./lib/report.mjs');
  const { build } = await import('./steps/build.mjs');
  const { copyTfjsNode } = await import('./pack/copy-tfjs-node.mjs');
  // standard output belongs to npm: `npm pack --json` writes there
  await build.run(new Report(process.stderr));
  copyTfjsNode();
  return 0;
});
