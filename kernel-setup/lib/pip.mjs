import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { runOrFail } from './child.mjs';
import { pythonEnvironment } from './environment.mjs';
import { SetupError } from './errors.mjs';
import { inCache, inProject, venvPython } from './paths.mjs';
import { platformFacts } from './platform.mjs';
import { writeWhole } from './stamps.mjs';

/**
 * A pinned package in a requirements file.
 *
 * @typedef {object} Pin
 * @property {string} name
 * @property {string} version
 * @property {string} marker for which machines, e.g. "sys_platform == 'win32'"; empty for all
 * @property {string[]} hashes SHA-256 of the files that are accepted
 * @property {string} text the entry as written in the file
 */

/** @param {string} name */
export const requirementsFile = (name) => inProject('kernel-setup', 'requirements', `${name}.txt`);

/**
 * @param {string} name of a file in kernel-setup/requirements, without .txt
 * @returns {Pin[]}
 */
export function readPins(name) {
  const text = readFileSync(requirementsFile(name), 'utf8').replace(/^#.*\n/gm, '');
  return text
    .split(/\n(?=\S)/)
    .filter((entry) => entry.trim())
    .map((entry) => {
      const match = /^([\w.-]+)==([\w.+-]+)\s*(?:;\s*([^\\]*?)\s*)?\\/.exec(entry);
      if (!match) throw new Error(`${name}.txt: not a pinned package: ${entry}`);
      const hashes = [...entry.matchAll(/--hash=sha256:([0-9a-f]{64})/g)].map(([, hash]) => hash ?? '');
      return { name: match[1] ?? '', version: match[2] ?? '', marker: match[3] ?? '', hashes, text: entry };
    });
}

/** Few retries, so that a machine without a network fails soon. */
const COMMON = ['--disable-pip-version-check', '--no-input', '--retries', '3'];

/** Makes the pinned pip print lines `Progress X of Y`; the pip that comes with Python may be too old for this. */
const RAW = ['--progress-bar', 'raw'];

/**
 * Install a requirements file, hashes checked.
 *
 * @param {string} step
 * @param {string} name of a file in kernel-setup/requirements, without .txt
 * @param {object} options
 * @param {string} options.what for errors, e.g. 'the Python packages'
 * @param {(line: string) => void} [options.onLine]
 * @param {readonly string[]} [options.more] further options for pip
 * @param {string} [options.python] the Python to install into; default: the project's own
 */
export async function pipInstall(step, name, { what, onLine, more = [], python = venvPython() }) {
  const parameters = ['-m', 'pip', 'install', ...COMMON, '--require-hashes', ...more, '-r', requirementsFile(name)];
  await runOrFail(step, python, parameters, { env: pythonEnvironment(), what, onLine });
}

/** @param {string} file */
export async function sha256(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/**
 * Download one pinned wheel into the cache, unless it is there already with the right hash.
 *
 * The wheel's own Python version and platform are passed on, so it does not matter which Python runs pip.
 *
 * @param {string} step
 * @param {Pin} pin
 * @param {object} options
 * @param {(done: number, total: number) => void} [options.onProgress] bytes
 * @param {boolean} [options.large] do not store a second copy in pip's own cache
 * @returns {Promise<string>} the wheel's file
 */
export async function fetchWheel(step, pin, { onProgress, large = false }) {
  const folder = inCache('downloads', `${pin.name}-${pin.version}`);
  const wheelIn = (/** @type {string} */ place) => readdirSync(place).find((file) => file.endsWith('.whl'));
  if (existsSync(folder)) {
    const wheel = wheelIn(folder);
    if (wheel && pin.hashes.includes(await sha256(join(folder, wheel)))) return join(folder, wheel);
    rmSync(folder, { recursive: true, force: true });
  }
  mkdirSync(inCache('downloads'), { recursive: true });
  // what an interrupted download of this step left behind; another process may be at another step
  const mine = `part-${step}-`;
  for (const left of readdirSync(inCache('downloads')).filter((file) => file.startsWith(mine))) {
    rmSync(inCache('downloads', left), { recursive: true, force: true });
  }
  const part = mkdtempSync(inCache('downloads', mine));
  const list = join(part, 'wheel.txt');
  writeWhole(list, `${pin.text}\n`);
  const parameters = [
    '-m',
    'pip',
    'download',
    ...COMMON,
    ...RAW,
    '--require-hashes',
    '--no-deps',
    '--only-binary=:all:',
  ];
  parameters.push('--implementation', 'cp', '--python-version', '311', '--abi', 'cp311', '--abi', 'none');
  for (const tag of platformFacts().wheels) parameters.push('--platform', tag);
  if (large) parameters.push('--no-cache-dir');
  await runOrFail(step, venvPython(), [...parameters, '--dest', part, '-r', list], {
    // pip unpacks nothing here, but it assembles the file in the temporary folder, which may be small
    env: { ...pythonEnvironment(), TMPDIR: part },
    what: `${pin.name} ${pin.version}`,
    onLine: (line) => {
      const match = /^Progress (\d+) of (\d+)$/.exec(line);
      if (match && Number(match[2]) > 0) onProgress?.(Number(match[1]), Number(match[2]));
    },
  });
  const wheel = wheelIn(part);
  if (!wheel) throw new SetupError(`pip fetched no wheel for ${pin.name} ${pin.version}. Run the command again.`);
  rmSync(list);
  renameSync(part, folder);
  return join(folder, wheel);
}

/**
 * @param {Pin} pin
 */
export function removeWheel(pin) {
  rmSync(inCache('downloads', `${pin.name}-${pin.version}`), { recursive: true, force: true });
}
