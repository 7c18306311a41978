#!/usr/bin/env node
// npm run doctor: lists what tunebook needs, and which of it is installed.
import { isMain, requireNode, runCommand } from './lib/entry.mjs';

requireNode();

/**
 * @param {readonly string[]} argv [--json]
 * @returns {Promise<number>} exit code: 1 if anything is missing
 */
export async function doctor(argv) {
  return (await import('./lib/doctor.mjs')).doctorCommand(argv);
}

if (isMain(import.meta.url)) runCommand(() => doctor(process.argv.slice(2)));
