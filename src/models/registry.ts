import { didYouMean } from '../core/didYouMean';
import { UserError } from '../core/errors';
import { cacheFolder } from '../core/paths';
import type { BackboneEntry } from './backboneEntry';
import { efficientNetEntries } from './entries/efficientNet';
import { efficientNetLiteEntries } from './entries/efficientNetLite';
import { mobileNetEntries } from './entries/mobileNet';
import { resNetEntries } from './entries/resNet';
import { vggEntries } from './entries/vgg';

/** Every backbone, by name. */
export const backbones: Record<string, BackboneEntry> = Object.fromEntries(
  [...efficientNetLiteEntries, ...efficientNetEntries, ...mobileNetEntries, ...resNetEntries, ...vggEntries].map(
    (entry) => [entry.name, entry],
  ),
);

/** The registry's entry of a backbone. @throws {UserError} on an unknown name; the message lists the known ones */
export function backboneEntry(name: string): BackboneEntry {
  const entry = Object.hasOwn(backbones, name) ? backbones[name] : undefined;
  if (!entry) {
    const names = Object.keys(backbones);
    throw new UserError(`unknown backbone '${name}'; the backbones are ${names.join(', ')}${didYouMean(name, names)}`);
  }
  return entry;
}

/**
 * Where the converted weights of a backbone lie on this machine: those with the ImageNet classifier, which serve both
 * ways, or a file without it.
 */
export function weightsFile(entry: BackboneEntry, { includeTop = true }: { includeTop?: boolean } = {}): string {
  return cacheFolder('weights', `${entry.name}${includeTop ? '' : '-notop'}.safetensors`);
}
