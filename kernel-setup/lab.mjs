#!/usr/bin/env node
// Starts JupyterLab, reachable from this machine only and protected by its token. `startLab` is for programs, `lab` for the command line.
import { isMain, requireNode, runCommand } from './lib/entry.mjs';

requireNode();

/**
 * @param {{port?: number, ip?: string, browser?: boolean, notebook?: string}} [options] see lib/jupyter-lab.mjs
 * @returns {Promise<number>} exit code, when JupyterLab has ended
 */
export async function startLab(options) {
  return (await import('./lib/jupyter-lab.mjs')).startLab(options);
}

/**
 * @param {readonly string[]} argv [--port N] [--ip ADDRESS] [--no-browser]
 * @returns {Promise<number>} exit code
 */
export async function lab(argv) {
  return (await import('./lib/jupyter-lab.mjs')).labCommand(argv, 'tunebook lab');
}

if (isMain(import.meta.url)) runCommand(() => lab(process.argv.slice(2)));
