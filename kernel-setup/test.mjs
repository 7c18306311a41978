#!/usr/bin/env node
// npm test: the set-up where something is missing, lint, types (the build), then mocha; options after `--` go to mocha.
import { requireNode, runCommand } from './lib/entry.mjs';

requireNode();
runCommand(async () => (await import('./lib/test.mjs')).testCommand(process.argv.slice(2)));
