import { existsSync, readFileSync } from 'node:fs';
import { UserError } from '../core/errors';
import { cacheFolder } from '../core/paths';
import { allGpus } from './gpu';

/** Value of CUDA_VISIBLE_DEVICES with which CUDA sees no GPU. */
const NONE = '-1';

/** the value that this process gave CUDA_VISIBLE_DEVICES, when the variable was not set */
let chosen: string | undefined;

/**
 * The devices that TUNEBOOK_DEVICE names: 'cpu', or numbers of GPUs as `nvidia-smi` counts them, between commas.
 *
 * @returns [] if the variable is not set
 * @throws {UserError} when it has any other value
 */
export function namedDevices(asked: string | undefined): string[] {
  if (!asked) return [];
  const devices = asked.split(',').map((part) => part.trim());
  if (devices.length === 1 && devices[0] === 'cpu') return devices;
  if (devices.every((device) => /^\d{1,3}$/.test(device))) return devices;
  throw new UserError(
    `TUNEBOOK_DEVICE is '${asked}': expected cpu, or the number of a GPU as nvidia-smi counts them, such as 0 (0,1 for the workers of a study)`,
  );
}

/**
 * Restrict TensorFlow, before it is loaded, to one device: the first in TUNEBOOK_DEVICE, else the first GPU, or the CPU when the set-up
 * found that the GPU computes wrong results or none. A CUDA_VISIBLE_DEVICES that is set already is left as it is.
 */
export function chooseDevice(env: NodeJS.ProcessEnv = process.env): void {
  const [device] = namedDevices(env.TUNEBOOK_DEVICE);
  if (device === undefined && env.CUDA_VISIBLE_DEVICES !== undefined) return;
  // the order of nvidia-smi; by default CUDA puts the fastest GPU first
  env.CUDA_DEVICE_ORDER ??= 'PCI_BUS_ID';
  if (device === 'cpu' || (device === undefined && isRefused())) env.CUDA_VISIBLE_DEVICES = NONE;
  else env.CUDA_VISIBLE_DEVICES = device ?? '0';
  chosen = env.CUDA_VISIBLE_DEVICES;
}

/** Whether the set-up refused this machine's GPU; kernel-setup/lib/tensorflow-variant.mjs writes the file. */
function isRefused(): boolean {
  const file = cacheFolder('tensorflow', 'device.json');
  try {
    return existsSync(file) && typeof JSON.parse(readFileSync(file, 'utf8')).refused === 'string';
  } catch {
    return false; // the file is incomplete
  }
}

/**
 * The devices that processes of a study take in turn: what TUNEBOOK_DEVICE names, else every GPU; none to choose from where
 * there are fewer than two, or CUDA_VISIBLE_DEVICES or the set-up has chosen.
 */
export function devicesToShare(env: NodeJS.ProcessEnv = process.env, gpus = allGpus): string[] {
  const named = namedDevices(env.TUNEBOOK_DEVICE);
  if (named.length > 0) return named;
  const { CUDA_VISIBLE_DEVICES: visible } = env;
  if ((visible !== undefined && visible !== chosen) || isRefused()) return [];
  const all = gpus();
  return all.length > 1 ? all.map(({ index }) => String(index)) : [];
}
