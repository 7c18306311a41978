import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { hashOfFile } from '../../core/download';
import { UserError } from '../../core/errors';
import type { DomainWeights } from '../domainWeights';
import { fetchWeightsFile, hub, type WeightsListener } from './fetchWeights';
import { torchFolder } from './torchWeights';

/** Where torchxrayvision keeps what it downloads (`get_cache_dir` in its `utils.py`). */
const xrayFolder = (): string => join(homedir(), '.torchxrayvision', 'models_data');

/**
 * The file of weights of a domain: where PyTorch's libraries keep it on this machine, or downloaded once. HF_ENDPOINT can name a mirror of
 * Hugging Face's hub, and TUNEBOOK_WEIGHTS_MIRROR a server that has the other files under their names.
 *
 * @param weights whose address is https
 * @throws {UserError} in one line that names the file, where it is published and where to put it
 */
export async function domainFile(
  { title, address, sha256 }: Pick<DomainWeights, 'title' | 'address' | 'sha256'>,
  listener: WeightsListener = {},
): Promise<string> {
  const name = basename(new URL(address).pathname);
  const here = [torchFolder(), xrayFolder()].map((folder) => join(folder, name)).find((file) => existsSync(file));
  if (here) {
    const hash = sha256 === undefined ? '' : await hashOfFile(here, 'sha256');
    if (hash.startsWith(sha256 ?? '')) return here;
    throw new UserError(
      `${here} is not the file that was published: its SHA-256 is ${hash}, expected ${sha256}...; remove it`,
    );
  }
  const advice = `. The weights of ${title} are ${name}, from ${address}; put the file into ${torchFolder()} to go on without a network`;
  return fetchWeightsFile(address, listener, { from: mirrored(address, name), advice, sha256 });
}

function mirrored(address: string, name: string): string {
  const { TUNEBOOK_WEIGHTS_MIRROR: mirror, HF_ENDPOINT } = process.env;
  const onHub = /^https:\/\/(?:hf|huggingface)\.co\//;
  if (HF_ENDPOINT && onHub.test(address)) return address.replace(onHub, `${hub()}/`);
  return mirror ? `${mirror.replace(/\/*$/, '')}/${name}` : address;
}
