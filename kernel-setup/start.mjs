#!/usr/bin/env node
// npm start: the set-up, where something is missing, and then JupyterLab.
import { requireNode, runCommand } from './lib/entry.mjs';

requireNode();
runCommand(async () => {
  const { labCommand } = await import('./lib/jupyter-lab.mjs');
  const { setUp } = await import('./lib/setup.mjs');
  return labCommand(process.argv.slice(2), 'npm start --', setUp);
});
