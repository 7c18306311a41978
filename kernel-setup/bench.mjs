#!/usr/bin/env node
// npm run bench: sets up what is missing, including the other frameworks to compare with, then starts bench/main.ts.
import { requireNode, runCommand } from './lib/entry.mjs';

requireNode();
runCommand(async () => {
  const { pathToFileURL } = await import('node:url');
  const { inProject } = await import('./lib/paths.mjs');
  const { tensorflowVariables } = await import('./lib/environment.mjs');
  const { setUp } = await import('./lib/setup.mjs');
  const { setUpPeers } = await import('./lib/bench-peers.mjs');
  await setUp();
  await setUpPeers();
  for (const [name, value] of Object.entries(tensorflowVariables)) process.env[name] ??= value;
  await import('./lib/node-shims.cjs');
  const { main } = await import(pathToFileURL(inProject('dist', 'bench', 'main.js')).href);
  return main(process.argv.slice(2));
});
