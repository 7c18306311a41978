import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** An NVIDIA GPU as its driver describes it. */
export interface Gpu {
  /** its number in the driver's own list */
  index: number;
  /** e.g. 'GPU-194b5752-364e-d6f5-0a52-ba1dd4a8af12' */
  uuid: string;
  /** e.g. 'NVIDIA H100 80GB HBM3' */
  name: string;
  /** compute capability, e.g. 9 or 8.6: the set of its instructions; NaN when the driver does not report it */
  capability: number;
  /** version of the driver, e.g. '580.159.04' */
  driver: string;
  /** bytes */
  memory: number;
}

const QUERY = ['--query-gpu=index,uuid,name,compute_cap,driver_version,memory.total', '--format=csv,noheader,nounits'];

/** Parse the output of `nvidia-smi` with one line per GPU; other lines are skipped. */
export function parseGpus(text: string): Gpu[] {
  return text.split('\n').flatMap((line) => {
    const cells = line.split(',').map((cell) => cell.trim());
    const [index, uuid, name, capability, driver, megabytes] = cells;
    if (cells.length !== 6 || !/^\d+$/.test(index!) || !name) return [];
    const memory = Number(megabytes) * 2 ** 20;
    return [{ index: Number(index), uuid: uuid!, name, capability: Number(capability), driver: driver!, memory }];
  });
}

/**
 * The GPUs that a process sees, in the order in which CUDA counts them.
 *
 * @param visible the value of CUDA_VISIBLE_DEVICES: numbers or beginnings of UUIDs between commas; those after a wrong one do not
 *     count
 */
export function visibleGpus(gpus: readonly Gpu[], visible: string | undefined): Gpu[] {
  if (visible === undefined) return [...gpus];
  const chosen: Gpu[] = [];
  for (const part of visible.split(',')) {
    const named = part.trim();
    const gpu = gpus.find(
      ({ index, uuid }) => String(index) === named || (/^GPU-./.test(named) && uuid.startsWith(named)),
    );
    if (!gpu) break;
    chosen.push(gpu);
  }
  return chosen;
}

/** All GPUs of the machine; none where the driver's tool is missing. */
export function allGpus(): Gpu[] {
  if (!existsSync('/dev/nvidiactl') && !existsSync('/usr/lib/wsl')) return []; // no driver: spare the process
  const { status, stdout } = spawnSync('nvidia-smi', QUERY, { encoding: 'utf8', timeout: 10_000 });
  return status === 0 ? parseGpus(stdout) : [];
}

let known: Gpu | null | undefined;

/** The GPU that TensorFlow uses, as its driver describes it; undefined without one, or where the driver's tool is missing. */
export function usedGpu(): Gpu | undefined {
  if (known === undefined) {
    // tfjs takes the last one of those it sees
    known = visibleGpus(allGpus(), process.env.CUDA_VISIBLE_DEVICES).at(-1) ?? null;
  }
  return known ?? undefined;
}
