import { mkdirSync } from 'node:fs';
import { runOrFail } from './child.mjs';
import { pythonEnvironment } from './environment.mjs';
import { inProject, venvPython } from './paths.mjs';

/**
 * Unpack the files of a wheel whose names match a pattern.
 *
 * @param {string} step
 * @param {string} wheel
 * @param {string} folder
 * @param {string} pattern a regular expression of Python that the file names must match
 * @param {(done: number, total: number) => void} [onProgress] bytes
 */
export async function unpackWheel(step, wheel, folder, pattern, onProgress) {
  mkdirSync(folder, { recursive: true });
  const script = inProject('kernel-setup', 'lib', 'unpack_wheel.py');
  await runOrFail(step, venvPython(), [script, wheel, folder, pattern], {
    env: pythonEnvironment(),
    what: 'unpacking',
    onLine: (line) => {
      const match = /^Progress (\d+) of (\d+)$/.exec(line);
      if (match) onProgress?.(Number(match[1]), Number(match[2]));
    },
  });
}
