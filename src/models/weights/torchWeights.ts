import { existsSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { hashOfFile } from '../../core/download';
import { UserError } from '../../core/errors';
import type { BackboneEntry, PublishedTorchFile } from '../backboneEntry';
import { fitNetwork } from '../fitNetwork';
import { familyMember } from '../registry';
import { fetchHubModel, fetchWeightsFile, hubFile, type WeightsListener } from './fetchWeights';
import { readWeights } from './readWeights';
import { writeSafetensors } from './safetensors';

/** Where PyTorch itself keeps what it downloads: below the folder that TORCH_HOME names, or in the user's cache. */
export const torchFolder = (): string =>
  join(
    process.env.TORCH_HOME || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'torch'),
    'hub',
    'checkpoints',
  );

/** Where a published file is downloaded from; TUNEBOOK_WEIGHTS_MIRROR can name a server that has torchvision's files. */
export function torchAddress({ address }: PublishedTorchFile): string {
  if (address.startsWith('hf://')) return hubFile(address, 'model.safetensors');
  const mirror = process.env.TUNEBOOK_WEIGHTS_MIRROR;
  return mirror ? `${mirror.replace(/\/*$/, '')}/${basename(address)}` : address;
}

/** The file if it lies in PyTorch's own folder. */
export function inTorchFolder({ address }: PublishedTorchFile): string | undefined {
  const file = join(torchFolder(), basename(address));
  return !address.startsWith('hf://') && existsSync(file) ? file : undefined;
}

/**
 * Get the weights of a backbone that PyTorch's libraries publish, from PyTorch's own folder, a server or Hugging Face's hub, and convert
 * them into the cache.
 *
 * @param outFile the converted file
 * @returns `outFile`
 * @throws {UserError} that says which file is missing, where it is published and where to put it; or what is wrong with the file
 */
export async function fetchTorchWeights(
  entry: BackboneEntry,
  weights: PublishedTorchFile,
  outFile: string,
  listener: WeightsListener = {},
): Promise<string> {
  const here = inTorchFolder(weights);
  const isHub = weights.address.startsWith('hf://');
  const advice = `. The weights of ${entry.title} are ${basename(weights.address)}; put the file into ${torchFolder()} to go on without a network`;
  const hub = isHub ? await fetchHubModel(weights.address, listener) : undefined;
  const file = hub?.file ?? here ?? (await fetchWeightsFile(torchAddress(weights), listener, { advice }));
  const sha256 = await hashOfFile(file, 'sha256');
  if (weights.sha256 !== undefined && !sha256.startsWith(weights.sha256)) {
    if (!here) for (const each of [file, `${file}.sha256`]) rmSync(each, { force: true });
    throw new UserError(
      `${file} is not the file that is published: its SHA-256 is ${sha256}, expected ${weights.sha256}...; remove it`,
    );
  }
  const options = { includeTop: true, inputChannels: 3, inputSize: entry.preprocessing.inputSize };
  const saved = await readWeights(file, 5 * entry.parameters);
  const { architecture, arrays } = fitNetwork(
    familyMember(entry.name),
    saved,
    options,
    file,
    hub?.hint ?? basename(file),
  );
  architecture.model.dispose();
  writeSafetensors(outFile, arrays, {
    origin: weights.address,
    originSha256: sha256,
    licence: weights.licence,
  });
  if (!here) rmSync(file, { force: true }); // its hash stays
  return outFile;
}
