import { existsSync, mkdirSync, readFileSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { SetupError } from './errors.mjs';
import { gpuIdentity, hasDriver, surveyGpus, whyUnusable } from './gpu.mjs';
import { inCache } from './paths.mjs';
import { readPins } from './pip.mjs';
import { platformFacts } from './platform.mjs';
import { hashOf, writeWhole } from './stamps.mjs';

/** @typedef {'cpu' | 'gpu'} Variant */

/**
 * The decision about this machine's GPUs. src/tensorflow/chooseDevice.ts reads `usable`.
 *
 * @typedef {object} Decision
 * @property {string} key identifies driver and GPUs; if they change, the decision is made again
 * @property {Variant} variant
 * @property {string} [reason] why the CPU is used although there is a driver
 * @property {string[]} [usable] the GPUs that passed the first calculation, as nvidia-smi counts them
 * @property {string} [unfit] why others, or all, are not used although TensorFlow has CUDA
 */

/** Free disk space that the set-up of a build needs, in GB. */
export const SPACE = { cpu: 1.3, gpu: 9 };

/** Another way to decide gets another name, so that what an earlier version decided is decided again. */
const decisionKey = () => hashOf(['each GPU is tried', ...gpuIdentity()]);

const decisionFile = () => inCache('tensorflow', 'device.json');

/** @returns {Decision | undefined} the decision for the current driver and GPUs */
export function decision() {
  if (!hasDriver()) return undefined;
  try {
    const decided = JSON.parse(readFileSync(decisionFile(), 'utf8'));
    return decided.key === decisionKey() ? decided : undefined;
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
  const made = { key: decisionKey(), variant: reason ? 'cpu' : 'gpu', ...(reason && { reason }) };
  writeWhole(decisionFile(), `${JSON.stringify(made)}\n`);
  return made;
}

/** The GPU build is large: on a disk that is too full for it, the CPU build is better than none. */
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
 * Which build of TensorFlow this machine gets: the one with CUDA if there is an NVIDIA driver and a GPU that it can use, unless the
 * environment variable TUNEBOOK_TENSORFLOW says cpu or gpu. Decided once for each combination of driver and GPU.
 *
 * @returns {Variant}
 * @throws {SetupError} if the variable says anything else
 */
export function tensorflowVariant() {
  const wanted = process.env.TUNEBOOK_TENSORFLOW;
  const { pins, title } = platformFacts();
  if (wanted === 'gpu' && !pins.gpu) {
    throw new SetupError(
      `TUNEBOOK_TENSORFLOW is 'gpu', but TensorFlow has no build with CUDA for ${title}: set it to cpu, or leave it out.`,
    );
  }
  if (wanted === 'cpu' || wanted === 'gpu') return wanted;
  if (wanted) {
    throw new SetupError(`TUNEBOOK_TENSORFLOW is '${wanted}': set it to cpu or gpu, or leave it out.`);
  }
  return pins.gpu && hasDriver() ? decide().variant : 'cpu';
}

/**
 * Record which GPUs passed the first calculation.
 *
 * @param {import('./gpu.mjs').Trial} trial
 */
export function noteGpus({ usable, unfit }) {
  if (!hasDriver()) return;
  writeWhole(decisionFile(), `${JSON.stringify({ key: decisionKey(), variant: 'gpu', usable, unfit })}\n`);
}

/**
 * What is not used, in one line for the user; undefined if everything is.
 *
 * @param {Decision | undefined} decided undefined without an NVIDIA driver
 * @param {Variant} [variant] the build of TensorFlow
 * @param {boolean} [driver] whether there is an NVIDIA driver
 */
export function unusedGpus(decided, variant = tensorflowVariant(), driver = hasDriver()) {
  if (variant === 'gpu' && !driver)
    return 'no GPU is used, although TensorFlow has CUDA: there is no NVIDIA driver (Docker shows it with `--gpus all`)';
  if (!decided) return undefined;
  const { reason, usable, unfit } = decided;
  const why = unfit ?? reason;
  if (why === undefined) return undefined;
  return usable && usable.length > 0 ? `not used: ${why}` : `the GPU is not used: ${why}`;
}

/**
 * The pinned wheels of a build, TensorFlow's first.
 *
 * @param {Variant} variant
 */
export function tensorflowPins(variant) {
  const { pins } = platformFacts();
  return readPins(pins[variant] ?? pins.cpu);
}

/**
 * The folder of a build: `tensorflow/` with TensorFlow's libraries, `nvidia/` with NVIDIA's, `binding/` with the compiled binding.
 *
 * @param {Variant} variant
 */
export function tensorflowHome(variant) {
  return inCache('tensorflow', `${variant}-${tensorflowPins(variant)[0]?.version}${platformFacts().home}`);
}
