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
const hub = (): string => (process.env.HF_ENDPOINT || 'https://huggingface.co').replace(/\/*$/, '');

/**
 * Download a file of weights once. Its hash is kept: a file that has changed at its address is refused later. Only https is
 * accepted, or a server on this machine.
 *
 * @returns the file in the cache
 * @throws {UserError} in one line with the address and what to do
 */
export async function fetchWeightsFile(
  address: string,
  listener: WeightsListener = {},
  { largest = LARGEST_FILE, advice = '; download it yourself, and give the file' } = {},
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
  const name = basename(url.pathname).replace(/[^\w.-]/g, '_') || 'weights';
  const file = cacheFolder('weights', 'files', sha256(address).slice(0, 16), name);
  const record = `${file}.sha256`;
  const first = firstHash(record);
  const onProgress = (done: number, total: number) =>
    listener.onProgress?.({ task: `download ${name}`, done, total: total || done, unit: 'bytes' });
  try {
    const hash = first && ({ algorithm: 'sha256', value: first } as const);
    await download(address, file, { ...(hash && { hash }), secure: true, largest, onProgress });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (error instanceof WrongHashError) throw new UserError(`${error.message}${otherThanFirst(record)}`);
    throw new UserError(`${error.message}${advice}`);
  }
  if (first === undefined) keepFirstHash(record, await hashOfFile(file, 'sha256'));
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
