import { readFileSync } from 'node:fs';
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
 * Restrict TensorFlow, before it is loaded, to one device: the first in TUNEBOOK_DEVICE, else the first GPU that worked when the set-up
 * tried it, or the CPU when none did. A CUDA_VISIBLE_DEVICES that is set already is left as it is.
 */
export function chooseDevice(env: NodeJS.ProcessEnv = process.env): void {
  const [device] = namedDevices(env.TUNEBOOK_DEVICE);
  if (device === undefined && env.CUDA_VISIBLE_DEVICES !== undefined) return;
  // the order of nvidia-smi; by default CUDA puts the fastest GPU first
  env.CUDA_DEVICE_ORDER ??= 'PCI_BUS_ID';
  env.CUDA_VISIBLE_DEVICES = device === 'cpu' ? NONE : (device ?? firstUsable());
  chosen = env.CUDA_VISIBLE_DEVICES;
}

/**
 * The numbers of the GPUs that worked when the set-up tried them; undefined if it did not. kernel-setup/lib/tensorflow-variant.mjs writes
 * them.
 */
function usableGpus(): string[] | undefined {
  try {
    const { usable } = JSON.parse(readFileSync(cacheFolder('tensorflow', 'device.json'), 'utf8'));
    return Array.isArray(usable) && usable.every((gpu) => /^\d{1,3}$/.test(gpu)) ? usable : undefined;
  } catch {
    return undefined; // there is none, or it is incomplete
  }
}

function firstUsable(): string {
  const usable = usableGpus();
  return usable === undefined ? '0' : (usable[0] ?? NONE);
}

/**
 * The devices that processes of a study take in turn: what TUNEBOOK_DEVICE names, else every GPU that works; none to choose from where
 * there are fewer than two, or CUDA_VISIBLE_DEVICES or the set-up has chosen.
 */
export function devicesToShare(env: NodeJS.ProcessEnv = process.env, gpus = allGpus): string[] {
  const named = namedDevices(env.TUNEBOOK_DEVICE);
  if (named.length > 0) return named;
  const { CUDA_VISIBLE_DEVICES: visible } = env;
  if (visible !== undefined && visible !== chosen) return [];
  const usable = usableGpus();
  if (usable && usable.length < 2) return []; // without asking the driver
  const all = gpus().map(({ index }) => String(index));
  const working = usable ? all.filter((gpu) => usable.includes(gpu)) : all;
  return working.length > 1 ? working : [];
}
