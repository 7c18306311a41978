#!/usr/bin/env node
// npm start: sets up what is missing, then starts JupyterLab.
import { requireNode, runCommand } from './lib/entry.mjs';

requireNode();
runCommand(async () => {
  const { labCommand } = await import('./lib/jupyter-lab.mjs');
  const { setUp } = await import('./lib/setup.mjs');
  return labCommand(process.argv.slice(2), 'npm start --', setUp);
});
