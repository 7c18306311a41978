import { existsSync, mkdirSync, readFileSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { SetupError } from './errors.mjs';
import { gpuIdentity, hasDriver, surveyGpus, whyUnusable } from './gpu.mjs';
import { inCache } from './paths.mjs';
import { readPins } from './pip.mjs';
import { hashOf, writeWhole } from './stamps.mjs';

/** @typedef {'cpu' | 'gpu'} Variant */

/**
 * What was decided about this machine's GPU. src/tensorflow/chooseDevice.ts reads `refused`.
 *
 * @typedef {object} Decision
 * @property {string} key of driver and GPUs: others are decided about anew
 * @property {Variant} variant
 * @property {string} [reason] why it is the CPU though there is a driver
 * @property {string} [refused] why the GPU is not used though TensorFlow has CUDA: it failed the first calculation
 */

/** Free space that a build needs at its fullest, in GB. */
export const SPACE = { cpu: 1.2, gpu: 9 };

const decisionFile = () => inCache('tensorflow', 'device.json');

/** @returns {Decision | undefined} for the driver and the GPUs that are there now */
export function decision() {
  if (!hasDriver()) return undefined;
  try {
    const decided = JSON.parse(readFileSync(decisionFile(), 'utf8'));
    return decided.key === hashOf(gpuIdentity()) ? decided : undefined;
  } catch {
    return undefined;
  }
}

/** @returns {Decision} */
function decide() {
  const decided = decision();
  if (decided) return decided;
  const facts = surveyGpus();
  const reason = whyUnusable(facts) ?? whyNoRoom();
  /** @type {Decision} */
  const made = { key: hashOf(gpuIdentity()), variant: reason ? 'cpu' : 'gpu', ...(reason && { reason }) };
  writeWhole(decisionFile(), `${JSON.stringify(made)}\n`);
  return made;
}

/** The GPU's build is large: where it has no room, the CPU's is better than none. */
function whyNoRoom() {
  const home = tensorflowHome('gpu');
  if (existsSync(home)) return undefined;
  mkdirSync(dirname(home), { recursive: true });
  const { bavail, bsize } = statfsSync(dirname(home));
  const free = (bavail * bsize) / 1e9;
  if (free >= SPACE.gpu) return undefined;
  return `TensorFlow with CUDA needs ${SPACE.gpu} GB of disk and ${dirname(home)} has ${free.toFixed(1)} GB free`;
}

/**
 * Which build of TensorFlow this machine gets: the one with CUDA where an NVIDIA driver and GPU are found that it can use,
 * unless the environment variable TUNEBOOK_TENSORFLOW says cpu or gpu. Decided once for each driver and GPU.
 *
 * @returns {Variant}
 * @throws {SetupError} if the variable says anything else
 */
export function tensorflowVariant() {
  const wanted = process.env.TUNEBOOK_TENSORFLOW;
  if (wanted === 'cpu' || wanted === 'gpu') return wanted;
  if (wanted) {
    throw new SetupError(`TUNEBOOK_TENSORFLOW is '${wanted}': set it to cpu or gpu, or leave it out.`);
  }
  return hasDriver() ? decide().variant : 'cpu';
}

/**
 * Note whether the GPU passed the first calculation.
 *
 * @param {string} [refused] why not
 */
export function noteGpu(refused) {
  if (!hasDriver()) return;
  writeWhole(decisionFile(), `${JSON.stringify({ key: hashOf(gpuIdentity()), variant: 'gpu', refused })}\n`);
}

/**
 * The pinned wheels of a build, TensorFlow's own first.
 *
 * @param {Variant} variant
 */
export const tensorflowPins = (variant) => readPins(`tensorflow-${variant}`);

/**
 * The folder of a build: `tensorflow/` with the libraries, `nvidia/` with NVIDIA's, `binding/` with what was compiled.
 *
 * @param {Variant} variant
 */
export function tensorflowHome(variant) {
  return inCache('tensorflow', `${variant}-${tensorflowPins(variant)[0]?.version}`);
}
