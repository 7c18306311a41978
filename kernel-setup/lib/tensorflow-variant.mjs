import { existsSync } from 'node:fs';
import { SetupError } from './errors.mjs';
import { inCache } from './paths.mjs';
import { readPins } from './pip.mjs';

/** @typedef {'cpu' | 'gpu'} Variant */

/** Each exists where an NVIDIA driver runs: Linux, a container that was given a GPU, Windows' Linux. */
const DRIVER = ['/proc/driver/nvidia/version', '/dev/nvidiactl', '/dev/nvidia0', '/usr/lib/wsl/lib/libcuda.so.1'];

/**
 * Which build of TensorFlow this machine gets: the one with CUDA where an NVIDIA driver is found, unless the environment
 * variable TUNEBOOK_TENSORFLOW says cpu or gpu.
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
  return DRIVER.some((path) => existsSync(path)) ? 'gpu' : 'cpu';
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
