#!/usr/bin/env node
// npm runs this before `npm pack` and `npm publish`: it makes what only the package has, in dist, after setting up what that needs.
// Nothing outside dist, build and .cache is changed, so that it may be stopped at any time. `npm run prepack -- --update` writes the hashes of
// the bindings after a change, `-- --again` builds them also if they are there, to see that they are the same.
import { requireNode, runCommand } from './lib/entry.mjs';

requireNode();
runCommand(async () => {
  const { readOptions } = await import('./lib/arguments.mjs');
  const { Report } = await import('./lib/report.mjs');
  const { setUp } = await import('./lib/setup.mjs');
  const { build } = await import('./steps/build.mjs');
  const { carryOut } = await import('./steps/step.mjs');
  const { namedSteps } = await import('./steps/index.mjs');
  const { bindingsToBuild, buildBindings } = await import('./pack/bindings.mjs');
  const { prepare } = await import('./pack/prepare.mjs');
  const usage = 'npm run prepack -- [--update] [--again]';
  const given = readOptions(process.argv.slice(2), usage, { update: { type: 'boolean' }, again: { type: 'boolean' } });
  const all = given.update === true || given.again === true;
  // standard output is for what npm says of the package
  const report = new Report(process.stderr);
  await setUp({ report, steps: namedSteps('node-packages') });
  // also if it was built: what is compiled from files that are gone would be packed, too
  report.begin(1, 1, build.title);
  report.end(await carryOut(build, report));
  const missing = await bindingsToBuild(all);
  if (missing.length > 0) {
    // zig is installed by pip, and TensorFlow has the headers
    await setUp({ report, steps: namedSteps('python,tensorflow') });
    await buildBindings(missing, { update: given.update === true, say: (text) => report.line(text) });
  }
  await prepare();
  return 0;
});
