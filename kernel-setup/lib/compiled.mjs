import { runOrFail } from './child.mjs';
import { tensorflowEnvironment } from './environment.mjs';
import { inProject } from './paths.mjs';

/**
 * Call a function of the compiled package in a separate process.
 *
 * @param {string} step
 * @param {object} call
 * @param {string} call.file compiled module, e.g. dist/src/models/convertTorchFile.js
 * @param {string} call.name of the exported function
 * @param {readonly string[]} call.parameters
 * @param {string} call.what for errors
 * @param {NodeJS.ProcessEnv} [call.env] further environment variables
 * @param {(done: number, total: number) => void} [call.onProgress]
 */
export async function callCompiled(step, { file, name, parameters, what, env = {}, onProgress }) {
  const script = inProject('kernel-setup', 'lib', 'call-export.mjs');
  await runOrFail(step, process.execPath, ['--enable-source-maps', script, file, name, ...parameters], {
    env: { ...tensorflowEnvironment(), ...env },
    what,
    onLine: (line) => {
      const match = /^Progress (\d+) of (\d+)$/.exec(line);
      if (match) onProgress?.(Number(match[1]), Number(match[2]));
    },
  });
}
