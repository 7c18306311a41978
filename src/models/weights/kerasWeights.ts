import { existsSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { download, hashOfFile, WrongHashError } from '../../core/download';
import { UserError } from '../../core/errors';
import { firstHash, keepFirstHash, otherThanFirst } from '../../core/firstHash';
import type { Listener } from '../../core/listener';
import { cacheFolder } from '../../core/paths';
import type { BackboneEntry, KerasFiles } from '../backboneEntry';
import { buildArchitecture } from '../buildArchitecture';
import { backboneEntry, weightsFile } from '../registry';
import { matchWeights } from './matchWeights';
import { readWeights } from './readWeights';
import { type NamedArray, writeSafetensors } from './safetensors';

type KerasFile = KerasFiles['top'];

/** Where Keras itself keeps what it downloads: the folder that KERAS_HOME names, or ~/.keras. */
export const kerasFolder = (): string => join(process.env.KERAS_HOME || join(homedir(), '.keras'), 'models');

/** What is fetched: without the classifier where that is enough. */
export const smallestOf = ({ top, noTop }: KerasFiles, includeTop: boolean): KerasFile => (includeTop ? top : noTop);

/** The file that serves and lies in Keras's own folder, if one does; that with the classifier serves always. */
export function inKerasFolder(
  weights: KerasFiles,
  includeTop: boolean,
): { keras: KerasFile; file: string } | undefined {
  for (const keras of [smallestOf(weights, includeTop), weights.top]) {
    const file = join(kerasFolder(), keras.file);
    if (existsSync(file)) return { keras, file };
  }
  return undefined;
}

/**
 * Get a backbone's ImageNet weights in Keras's format, from Keras's own folder or its server, and convert it into the cache.
 *
 * @param includeTop without it the smaller file without the classifier is enough
 * @returns the converted file
 * @throws {UserError} that says which file is missing, where it is published and where to put it; or what is wrong with the file
 */
export async function fetchKerasWeights(
  entry: BackboneEntry,
  weights: KerasFiles,
  { includeTop, listener = {} }: { includeTop: boolean; listener?: Pick<Listener, 'onProgress'> },
): Promise<string> {
  const here = inKerasFolder(weights, includeTop);
  if (here) return convert(entry, here.file, here.keras, here.keras === weights.top);
  const keras = smallestOf(weights, includeTop);
  const file = cacheFolder('downloads', keras.file);
  const address = addressOf(weights, keras);
  const onProgress = (done: number, total: number) =>
    listener.onProgress?.({ task: `download ${entry.title}`, done, total: total || done, unit: 'bytes' });
  const first = firstHash(recordOf(keras));
  const hash =
    keras.md5 !== undefined
      ? ({ algorithm: 'md5', value: keras.md5 } as const)
      : first && ({ algorithm: 'sha256', value: first } as const);
  const secure = keras.md5 === undefined;
  try {
    // arrays take four bytes a parameter: a file half as large again is not one of this model
    await download(address, file, {
      ...(hash && { hash }),
      secure,
      onProgress,
      largest: 6 * entry.parameters + 2 ** 22,
    });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (secure && error instanceof WrongHashError) {
      throw new UserError(`${error.message}${otherThanFirst(recordOf(keras))}`);
    }
    throw new UserError(
      `${error.message}. The weights of ${entry.title} are ${keras.file}, from ${address} (the address in Keras's own source); put it into ${kerasFolder()} to go on without a network`,
    );
  }
  try {
    return await convert(entry, file, keras, keras === weights.top);
  } finally {
    rmSync(file, { force: true });
  }
}

/** Where the hash of the first file is kept, for those that Keras publishes without one. */
const recordOf = ({ file }: KerasFile): string => cacheFolder('weights', `${file}.sha256`);

/** TUNEBOOK_WEIGHTS_MIRROR names a server, inside an institute for instance, that has Keras's files under their names. */
export function addressOf(weights: KerasFiles, { file }: KerasFile): string {
  const mirror = process.env.TUNEBOOK_WEIGHTS_MIRROR;
  return mirror ? `${mirror.replace(/\/*$/, '')}/${file}` : `${weights.address}${file}`;
}

/**
 * Make sure that a file is what Keras publishes, by its hash; where Keras's source has none, by its fitting the
 * architecture, and its being the same as the first one that did.
 *
 * @throws {UserError} that says what is wrong with it
 */
export async function checkKerasFile(
  entry: BackboneEntry,
  file: string,
  keras: KerasFile,
  includeTop: boolean,
): Promise<void> {
  const { md5 } = keras;
  if (md5 === undefined) {
    await checkFirst(file, keras);
    await readKerasFile(entry, file, includeTop);
    return;
  }
  const hash = await hashOfFile(file, 'md5');
  if (hash !== md5) {
    throw new UserError(`${file} is not the file that Keras publishes: its MD5 is ${hash}, expected ${md5}; remove it`);
  }
}

async function checkFirst(file: string, keras: KerasFile): Promise<void> {
  const first = firstHash(recordOf(keras));
  if (first === undefined) return;
  const found = await hashOfFile(file, 'sha256');
  if (found === first) return;
  throw new UserError(
    `${file} is not the file that was taken first: its SHA-256 is ${found}, expected ${first}${otherThanFirst(recordOf(keras))}`,
  );
}

async function readKerasFile(
  entry: BackboneEntry,
  file: string,
  includeTop: boolean,
): Promise<Map<string, NamedArray>> {
  const { model } = buildArchitecture(backboneEntry(entry.name).name, { includeTop });
  try {
    return matchWeights(model, await readWeights(file, 5 * entry.parameters), file);
  } finally {
    model.dispose();
  }
}

async function convert(entry: BackboneEntry, file: string, keras: KerasFile, includeTop: boolean): Promise<string> {
  if (keras.md5 !== undefined) await checkKerasFile(entry, file, keras, includeTop);
  else await checkFirst(file, keras);
  const arrays = await readKerasFile(entry, file, includeTop);
  const converted = weightsFile(entry, { includeTop });
  const notes = { origin: basename(file), originSha256: await hashOfFile(file, 'sha256') };
  writeSafetensors(converted, arrays, { ...notes, licence: entry.weights.licence });
  if (keras.md5 === undefined) keepFirstHash(recordOf(keras), notes.originSha256);
  return converted;
}
