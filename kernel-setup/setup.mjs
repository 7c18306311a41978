#!/usr/bin/env node
// npm run setup, tunebook setup: installs everything that is missing.
import { isMain, requireNode, runCommand } from './lib/entry.mjs';

requireNode();

/**
 * @param {readonly string[]} argv
 * @returns {Promise<number>} exit code
 */
export async function setup(argv) {
  const { readOptions } = await import('./lib/arguments.mjs');
  const { setUp } = await import('./lib/setup.mjs');
  if (readOptions(argv, 'tunebook setup', {}).help) {
    process.stdout.write('Usage: tunebook setup\nInstall everything that tunebook needs and that is missing.\n');
    return 0;
  }
  if ((await setUp()) === 0) process.stdout.write('Everything is set up already.\n');
  return 0;
}

if (isMain(import.meta.url)) runCommand(() => setup(process.argv.slice(2)));
