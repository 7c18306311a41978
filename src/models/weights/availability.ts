import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hashOfFile } from '../../core/download';
import { UserError } from '../../core/errors';
import { kernelSetup } from '../../core/kernelSetup';
import { cacheFolder, pythonProgram, setupCommand } from '../../core/paths';
import type { BackboneEntry, KerasFiles, PackagedTorchFile, PublishedTorchFile } from '../backboneEntry';
import { cachedWeights } from './findWeights';
import { addressOf, checkKerasFile, inKerasFolder, kerasFolder, smallestOf } from './kerasWeights';
import { inTorchFolder, torchAddress, torchFolder } from './torchWeights';

/** Where the ImageNet weights of a backbone would come from. */
export interface WeightsAvailability {
  /** 'cached': in the cache; 'here': a file on this machine, to be converted; 'network': a server; 'missing': none of these. */
  from: 'cached' | 'here' | 'network' | 'missing';
  /** The file or address; for 'missing' the reason and what to do. */
  detail: string;
}

/**
 * Find out where `loadBackbone` would get the ImageNet weights of a backbone, without downloading them: the cache, a file on this
 * machine, or a server that answers now.
 *
 * @param entry of the backbone, from `backbones`
 * @param options `includeTop`: whether the ImageNet classifier is wanted, too (default: false); `seconds`: how long to wait for a
 *   server's answer (default: 8)
 *
 * @example
 * ```ts
 * import { models } from 'tunebook';
 *
 * const { from } = await models.weightsAvailability(models.backboneEntry('efficientnet-lite0'));
 * from; // => 'cached'
 * ```
 */
export async function weightsAvailability(
  entry: BackboneEntry,
  { includeTop = false, seconds = 8 }: { includeTop?: boolean; seconds?: number } = {},
): Promise<WeightsAvailability> {
  const cached = cachedWeights(entry, { includeTop });
  if (cached) return { from: 'cached', detail: cached };
  const { weights } = entry;
  if (weights.kind === 'keras') return ofKeras(entry, weights, includeTop, seconds);
  return weights.kind === 'torch' ? ofTorch(weights, seconds) : ofPackage(weights, seconds);
}

async function ofTorch(weights: PublishedTorchFile, seconds: number): Promise<WeightsAvailability> {
  const here = inTorchFolder(weights);
  if (here) return { from: 'here', detail: here };
  return atAddress(torchAddress(weights), `put the file into ${torchFolder()}`, seconds);
}

async function ofKeras(
  entry: BackboneEntry,
  weights: KerasFiles,
  includeTop: boolean,
  seconds: number,
): Promise<WeightsAvailability> {
  const here = inKerasFolder(weights, includeTop);
  if (here) {
    const { file, keras } = here;
    try {
      await checkKerasFile(entry, file, keras, keras === weights.top);
      return { from: 'here', detail: file };
    } catch (error) {
      if (error instanceof UserError) return { from: 'missing', detail: error.message };
      throw error;
    }
  }
  const wanted = smallestOf(weights, includeTop);
  return atAddress(addressOf(weights, wanted), `put ${wanted.file} into ${kerasFolder()}`, seconds);
}

/** Whether a server answers for an address. */
async function atAddress(address: string, advice: string, seconds: number): Promise<WeightsAvailability> {
  const abort = new AbortController();
  // counted in seconds that this process was awake: on a busy machine one long wait would otherwise look like a server that does not answer
  let left = seconds;
  const timer = setInterval(() => --left <= 0 && abort.abort(), 1000);
  try {
    // each over a connection of its own: one that was kept from an earlier question the server may have closed meanwhile
    const headers = { Range: 'bytes=0-0', Connection: 'close' };
    const { ok, status } = await fetch(address, { headers, signal: abort.signal });
    if (ok) return { from: 'network', detail: address };
    return { from: 'missing', detail: `${address} answers ${status}; ${advice}` };
  } catch {
    return { from: 'missing', detail: `no way to ${address} from here; ${advice}` };
  } finally {
    clearInterval(timer);
    abort.abort(); // the body is not needed
  }
}

async function ofPackage(
  { package: name, version, wheelSha256 }: PackagedTorchFile,
  seconds: number,
): Promise<WeightsAvailability> {
  const python = pythonProgram();
  if (!existsSync(python))
    return { from: 'missing', detail: `not set up: run \`${setupCommand}\` in the project folder` };
  const folder = cacheFolder('downloads', `${name}-${version}`);
  const wheel = existsSync(folder) && readdirSync(folder).find((file) => file.endsWith('.whl'));
  if (wheel && (await hashOfFile(join(folder, wheel), 'sha256')) === wheelSha256) {
    return { from: 'here', detail: join(folder, wheel) };
  }
  const { pythonEnvironment } = await kernelSetup<{ pythonEnvironment(): NodeJS.ProcessEnv }>('lib/environment.mjs');
  try {
    const options = ['--disable-pip-version-check', '--no-input', '--retries', '0', '--timeout', String(seconds)];
    const { stdout } = await promisify(execFile)(python, ['-m', 'pip', 'index', 'versions', name, ...options], {
      env: pythonEnvironment(),
      timeout: 3 * seconds * 1000, // Python itself may take a while to start
    });
    if (stdout.includes(version)) return { from: 'network', detail: `the Python package ${name} ${version}` };
    return { from: 'missing', detail: `pip knows no ${name} ${version}` };
  } catch {
    return {
      from: 'missing',
      detail: `pip cannot reach ${name} ${version}; go online, or put its wheel into ${folder}`,
    };
  }
}
