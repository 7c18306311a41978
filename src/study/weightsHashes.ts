import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Listener } from '../core/listener';
import { type BackboneSource, checkBackbone, locateWeights } from '../models';
import type { CheckedConfiguration } from './configuration';

/**
 * The hashes of the weights of one's own that the runs of a study can have: two files with the same content are the same weights, and
 * a file that is replaced is another.
 *
 * @param listener receives the progress of downloads
 * @returns SHA-256 by the file, address or run
 * @throws {UserError} if there are no such weights
 */
export async function hashesOfWeights(
  { settings, axes }: Pick<CheckedConfiguration, 'settings' | 'axes'>,
  listener: Listener = {},
): Promise<Map<string, string>> {
  const lists = Object.entries(axes).map(([axis, values]) => (Array.isArray(values) ? backbonesOf(axis, values) : []));
  const hashes = new Map<string, string>();
  for (const backbone of [settings.backbone, ...lists.flat()]) {
    const weights = weightsOf(backbone === undefined ? undefined : checkBackbone('study', backbone));
    if (weights === undefined || hashes.has(weights)) continue;
    hashes.set(weights, (await locateWeights(weights, { listener })).sha256);
  }
  return hashes;
}

/** The backbones among the values of an axis: they may also be in settings under a name. */
const backbonesOf = (axis: string, values: readonly unknown[]): BackboneSource[] =>
  values.flatMap((value) => {
    if (typeof value === 'object' && value !== null) return (value as { backbone?: BackboneSource }).backbone ?? [];
    return axis === 'backbone' ? (value as BackboneSource) : [];
  });

/**
 * The weights of one's own that a backbone names. Those of Hugging Face's hub are known by their address: workers of a queue, which
 * check the hash of a run, have not downloaded them yet.
 */
function weightsOf(backbone: BackboneSource | undefined): string | undefined {
  const weights = typeof backbone === 'object' ? backbone.weights : undefined;
  return weights === 'imagenet' || weights?.startsWith('hf://') ? undefined : weights;
}

/** A backbone with the hash of its weights in the place of their path. */
export function byContent(backbone: BackboneSource, hashes: ReadonlyMap<string, string>): BackboneSource {
  const hash = hashes.get(weightsOf(backbone) ?? '');
  return typeof backbone === 'object' && hash !== undefined ? { ...backbone, weights: hash } : backbone;
}

/** A backbone whose file of weights is found from every folder, as workers may start in others. */
export function withFullPath(backbone: BackboneSource): BackboneSource {
  const weights = weightsOf(backbone);
  const isFile = typeof backbone === 'object' && weights !== undefined && existsSync(weights);
  return isFile ? { ...backbone, weights: resolve(weights) } : backbone;
}
