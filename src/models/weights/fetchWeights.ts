import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import { download, hashOfFile, WrongHashError } from '../../core/download';
import { messageOf, shown, UserError } from '../../core/errors';
import { sha256 } from '../../core/files';
import { firstHash, keepFirstHash, otherThanFirst } from '../../core/firstHash';
import type { Listener } from '../../core/listener';
import { cacheFolder } from '../../core/paths';
import { readJson } from '../../core/readBounded';
import { HUB_ADDRESS } from '../backboneData';
import { LARGEST_FILE } from './savedWeights';

/** Told of the progress of a download. */
export type WeightsListener = Pick<Listener, 'onProgress'>;

/** Hugging Face's own address; HF_ENDPOINT, which its libraries read, names a mirror. */
export const hub = (): string => (process.env.HF_ENDPOINT || 'https://huggingface.co').replace(/\/*$/, '');

/** How a file of weights is downloaded. */
export interface FetchOptions {
  /** bytes that it has at most. Default: what Node can read at once */
  largest?: number;
  /** what to do if there is no way to it, the end of an error message */
  advice?: string;
  /** another server that has the file. Default: the address itself */
  from?: string;
  /** SHA-256, or its first digits. Default: that of the first download */
  sha256?: string;
}

/** Where the file of an address lies in the cache once it was downloaded. */
export function fetchedFile(address: string): string {
  const name = basename(new URL(address).pathname).replace(/[^\w.-]/g, '_') || 'weights';
  return cacheFolder('weights', 'files', sha256(address).slice(0, 16), name);
}

/**
 * Download a file of weights once. Its hash is what was published, or it is kept: a file that has changed at its address is refused later.
 * Only https is accepted, or a server on this machine.
 *
 * @returns the file in the cache
 * @throws {UserError} in one line with the address and what to do
 */
export async function fetchWeightsFile(
  address: string,
  listener: WeightsListener = {},
  {
    largest = LARGEST_FILE,
    advice = '; download it yourself, and give the file',
    from = address,
    sha256: published,
  }: FetchOptions = {},
): Promise<string> {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw new UserError(`${shown(address)} is no address of a file of weights, expected https://...`);
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new UserError(`${shown(address)} is no https address, hf://OWNER/MODEL or file of weights`);
  }
  const file = fetchedFile(address);
  const name = basename(file);
  const record = `${file}.sha256`;
  const first = firstHash(record);
  const onProgress = (done: number, total: number) =>
    listener.onProgress?.({ task: `download ${name}`, done, total: total || done, unit: 'bytes' });
  try {
    const value = published?.length === 64 ? published : first;
    const hash = value && ({ algorithm: 'sha256', value } as const);
    await download(from, file, { ...(hash && { hash }), secure: true, largest, onProgress });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (!(error instanceof WrongHashError)) throw new UserError(`${error.message}${advice}`);
    throw published ? error : new UserError(`${error.message}${otherThanFirst(record)}`);
  }
  if (first !== undefined) return file;
  const found = await hashOfFile(file, 'sha256');
  if (published !== undefined && !found.startsWith(published)) {
    rmSync(file, { force: true });
    throw new UserError(
      `${from} is not the file that was published: its SHA-256 is ${found}, expected ${published}...`,
    );
  }
  keepFirstHash(record, found);
  return file;
}

/** Bytes of a config.json. */
const LARGEST_CONFIG = 2 ** 22;

/** Names of files of weights on the hub, the first that exists is taken. */
const FILES = ['model.safetensors', 'pytorch_model.bin'];

/** Address of a file of a model of the hub, `hf://OWNER/MODEL`. @throws {UserError} if it is none */
export function hubFile(address: string, name: string): string {
  const [, owner, model, revision = 'main'] = HUB_ADDRESS.exec(address) ?? [];
  if (owner && model) return `${hub()}/${owner}/${model}/resolve/${revision}/${name}`;
  throw new UserError(`${shown(address)} is no address on Hugging Face's hub, expected hf://OWNER/MODEL`);
}

/**
 * Download a model of Hugging Face's hub: its config.json and its weights.
 *
 * @param address hf://OWNER/MODEL, also with @REVISION
 * @returns the file of weights, the configuration (not trusted), and what it calls its architecture
 */
export async function fetchHubModel(
  address: string,
  listener: WeightsListener = {},
): Promise<{ file: string; config: Record<string, unknown>; hint: string }> {
  const advice = `; download the model ${address.slice('hf://'.length)} yourself, and give its folder, or name a mirror in HF_ENDPOINT`;
  const largest = LARGEST_CONFIG;
  const json = readJson(await fetchWeightsFile(hubFile(address, 'config.json'), {}, { largest, advice }), { largest });
  const config = typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
  let reason = '';
  for (const name of FILES) {
    try {
      const file = await fetchWeightsFile(hubFile(address, name), listener, { advice });
      return { file, config, hint: typeof config.architecture === 'string' ? config.architecture : address };
    } catch (error) {
      if (!(error instanceof UserError) || !/answers 404/.test(messageOf(error))) throw error;
      reason ||= messageOf(error);
    }
  }
  throw new UserError(`${address} has no ${FILES.join(' or ')}: ${reason}`);
}
