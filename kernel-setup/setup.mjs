#!/usr/bin/env node
// npm run setup: brings all that is missing, and nothing else.
import { requireNode, runCommand } from './lib/entry.mjs';

requireNode();
runCommand(async () => {
  const { setUp } = await import('./lib/setup.mjs');
  if ((await setUp()) === 0) process.stdout.write('Everything is set up already.\n');
  return 0;
});
