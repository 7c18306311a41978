#!/usr/bin/env node
// npm test: sets up what is missing, then lint, build and mocha; options after `--` are passed to mocha.
import { requireNode, runCommand } from './lib/entry.mjs';

requireNode();
runCommand(async () => (await import('./lib/test.mjs')).testCommand(process.argv.slice(2)));
