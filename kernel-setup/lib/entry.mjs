// Every file that the user starts imports this one first, so it must parse on Node 14 and newer: no `??=`, no class fields, no newer
// built-in modules.
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { installLastResort } from './lastResort.mjs';

/**
 * Whether a Node version can run tunebook: 22.12 or newer of 22, or 23 and up. Node 20.19, which is no longer maintained and no longer
 * supported, is not refused as long as it works.
 *
 * @param {string} version e.g. '20.19.1'
 * @returns {boolean}
 */
export function nodeServes(version) {
  const parts = version.split('.').map(Number);
  const major = parts[0];
  const minor = parts[1];
  if (major === 20) return minor >= 19;
  if (major === 22) return minor >= 12;
  return major >= 23;
}

/** End the process with a one-line message if this Node is too old. */
export function requireNode() {
  const version = process.versions.node;
  if (nodeServes(version)) return;
  process.stderr.write(
    `tunebook needs Node 22.12 or newer; this is Node ${version} (${process.execPath}). ` +
      'Install Node 24 and run the command again.\n',
  );
  process.exit(1);
}

/**
 * Whether a module is the file that Node was started with.
 *
 * @param {string} url the module's import.meta.url
 * @returns {boolean}
 */
export function isMain(url) {
  if (!process.argv[1]) return false;
  try {
    return realpathSync(process.argv[1]) === realpathSync(fileURLToPath(url));
  } catch {
    return false;
  }
}

/**
 * Run a command's function and end with its exit code. Any error, thrown by the command or elsewhere while it runs, ends the process with a
 * one-line message, see lastResort.mjs.
 *
 * @param {() => Promise<number>} command
 */
export function runCommand(command) {
  const end = installLastResort();
  command().then((code) => {
    process.exitCode = code;
  }, end);
}
