import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What the NVIDIA driver reports about the machine's GPUs.
 *
 * @typedef {object} GpuFacts
 * @property {string} [driver] version, e.g. '580.159.04'
 * @property {{name: string, capability: number}[]} gpus compute capability, e.g. 8.6; NaN if the driver does not report it
 */

/** One of these exists where an NVIDIA driver runs: on Linux, in a container with a GPU, in Windows' WSL. */
const DRIVER = ['/proc/driver/nvidia/version', '/dev/nvidiactl', '/dev/nvidia0', '/usr/lib/wsl/lib/libcuda.so.1'];

/** The oldest driver that runs programs built with CUDA 12 (NVIDIA's "CUDA compatibility", minor version compatibility). */
const OLDEST_DRIVER = [525, 60, 13];

/**
 * TensorFlow's wheel contains machine code for compute capabilities 6.0 to 9.0. From 10.0 on the driver would have to compile it, which
 * fails.
 */
const CAPABILITIES = { from: 6, below: 10 };

export const hasDriver = () => DRIVER.some((path) => existsSync(path));

/** Text that identifies the driver and the GPUs, read without starting a process. */
export function gpuIdentity() {
  const read = (/** @type {string} */ file) => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return '';
    }
  };
  const folder = '/proc/driver/nvidia/gpus';
  const gpus = existsSync(folder) ? readdirSync(folder).sort() : [];
  return [read('/proc/driver/nvidia/version'), ...gpus.map((gpu) => read(join(folder, gpu, 'information')))];
}

/** @returns {GpuFacts} */
export function surveyGpus() {
  const query = ['--query-gpu=name,compute_cap,driver_version', '--format=csv,noheader'];
  const programs = ['nvidia-smi', '/usr/lib/wsl/lib/nvidia-smi'];
  const answers = programs.map((program) => spawnSync(program, query, { encoding: 'utf8', timeout: 20_000 }));
  const answer = answers.find(({ status }) => status === 0);
  const version = /Kernel Module[^\n]*?\s(\d+\.\d+(?:\.\d+)?)\s/.exec(gpuIdentity()[0] ?? '')?.[1];
  return answer ? readSurvey(answer.stdout) : { driver: version, gpus: [] };
}

/**
 * @param {string} text one line a GPU: name, compute capability, version of the driver
 * @returns {GpuFacts}
 */
export function readSurvey(text) {
  const rows = text
    .split('\n')
    .map((line) => line.split(',').map((cell) => cell.trim()))
    .filter((cells) => cells.length === 3);
  return {
    driver: rows[0]?.[2],
    gpus: rows.map(([name = '', capability]) => ({ name, capability: Number(capability) })),
  };
}

/**
 * Why TensorFlow cannot use these GPUs, or undefined if it should be able to use one. Values that the driver does not report are not held
 * against a GPU: the first calculation will show whether it works.
 *
 * @param {GpuFacts} facts
 * @returns {string | undefined}
 */
export function whyUnusable({ driver, gpus }) {
  const numbers = driver?.split('.').map(Number) ?? [];
  if (driver && isOlder(numbers, OLDEST_DRIVER)) {
    return `the NVIDIA driver ${driver} is older than ${OLDEST_DRIVER.join('.')}, which CUDA 12 needs`;
  }
  if (gpus.length === 0 || gpus.some(hasCode)) return undefined;
  return whyNoCode(...gpus);
}

/** Whether TensorFlow's build has code for a GPU, as far as is known. @param {{capability: number}} gpu */
const hasCode = ({ capability }) =>
  Number.isNaN(capability) || (capability >= CAPABILITIES.from && capability < CAPABILITIES.below);

/** @param {{name: string, capability: number}[]} gpus */
function whyNoCode(...gpus) {
  const named = gpus.map(({ name, capability }) => `${name} (compute capability ${capability.toFixed(1)})`).join(', ');
  return `TensorFlow's build has no code for ${named}: it is for 6.0 to 9.0`;
}

/**
 * Which GPUs can be used, and why the others cannot.
 *
 * @typedef {object} Trial
 * @property {string[]} usable numbers, as nvidia-smi counts
 * @property {string} [unfit] why others are not used; undefined if all are
 */

/**
 * Calculate with one GPU after the other: the first may fail where the next one works, and the processes of a study use all that work.
 *
 * @param {GpuFacts} facts
 * @param {(device: string) => Promise<string | undefined>} tryDevice tells why a GPU does not work
 * @returns {Promise<Trial>}
 */
export async function tryEachGpu({ gpus }, tryDevice) {
  // without the driver's tool there is one GPU at least
  const candidates = gpus.length > 0 ? gpus : [{ name: '', capability: Number.NaN }];
  const usable = [];
  const unfit = [];
  for (const [i, gpu] of candidates.entries()) {
    const why = hasCode(gpu) ? await tryDevice(String(i)) : whyNoCode(gpu);
    if (why === undefined) usable.push(String(i));
    else unfit.push(candidates.length === 1 ? why : `GPU ${i} (${gpu.name}): ${why}`);
  }
  return { usable, ...(unfit.length > 0 && { unfit: unfit.join('; ') }) };
}

/**
 * @param {number[]} version
 * @param {number[]} than
 */
function isOlder(version, than) {
  for (const [i, part] of than.entries()) {
    const own = version[i] ?? 0;
    if (own !== part) return own < part;
  }
  return false;
}
