#!/usr/bin/env node
// npm run setup, tunebook setup: installs everything that is missing.
import { isMain, requireNode, runCommand } from './lib/entry.mjs';

requireNode();

/**
 * @param {readonly string[]} argv [--only STEP,STEP]
 * @returns {Promise<number>} exit code
 */
export async function setup(argv) {
  const { readOptions } = await import('./lib/arguments.mjs');
  const { setUp } = await import('./lib/setup.mjs');
  const { namedSteps, optionalSteps, steps } = await import('./steps/index.mjs');
  const usage = 'tunebook setup [--only STEP,STEP]';
  const given = readOptions(argv, usage, { only: { type: 'string' } });
  if (given.help) {
    const names = steps.map(({ name }) => name).join(', ');
    const more = optionalSteps.map(({ name, title }) => `${name} (${title})`).join(', ');
    process.stdout.write(
      `Usage: ${usage}\nInstall everything that tunebook needs and that is missing, or only some of it: ${names}.\nOnly when it is named: ${more}.\n`,
    );
    return 0;
  }
  const chosen = typeof given.only === 'string' ? namedSteps(given.only) : steps;
  if ((await setUp({ steps: chosen })) === 0) process.stdout.write('Everything is set up already.\n');
  return 0;
}

if (isMain(import.meta.url)) runCommand(() => setup(process.argv.slice(2)));
