import { readFileSync } from 'node:fs';
import { UserError } from '../errors';
import { sha256 } from '../files';
import { convertEfficientNetLiteNames } from './efficientNetLiteTorch';
import { backboneEntry } from './registry';
import { writeSafetensors } from './safetensors';
import { readLegacyTorchFile } from './torchFile';

/**
 * Convert the torch file of EfficientNet-Lite0 into the cache's format, once, at set-up. Needs no TensorFlow.
 *
 * @throws {UserError} if the file is not, byte for byte, the one that the registry names; nothing is written then
 */
export async function convertEfficientNetLite0(torchFile: string, outFile: string): Promise<void> {
  const { weights } = backboneEntry('efficientnet-lite0');
  const bytes = readFileSync(torchFile);
  const hash = sha256(bytes);
  if (hash !== weights.originSha256) {
    throw new UserError(
      `${torchFile} is not the file of ${weights.origin}: its SHA-256 is ${hash}, expected ${weights.originSha256}; delete it and set up again`,
    );
  }
  const arrays = convertEfficientNetLiteNames(readLegacyTorchFile(bytes));
  writeSafetensors(outFile, arrays, { origin: weights.origin, originSha256: hash, licence: weights.licence });
}
