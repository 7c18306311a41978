import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { arquero } from '../../core/arquero';
import { download, hashOfFile, WrongHashError } from '../../core/download';
import { messageOf, UserError } from '../../core/errors';
import { withFileLock } from '../../core/fileLock';
import { temporaryBeside } from '../../core/files';
import { firstHash, keepFirstHash, otherThanFirst } from '../../core/firstHash';
import type { Listener } from '../../core/listener';
import { withDefaults } from '../../core/options';
import { cacheFolder } from '../../core/paths';
import { type Dataset, imageFolder, imageTable } from '..';
import { type Archive, type PublicDatasetEntry, publicDatasets } from './entries';
import { extract } from './extract';

export interface PublicDatasetOptions {
  listener?: Pick<Listener, 'onProgress' | 'onMessage'>;
}

/**
 * A small public dataset by name, downloaded at first use and kept in the cache: its hash is checked, a broken download is
 * taken up where it broke, and the archive is unpacked with care. Mind the licence, which is told to the listener.
 *
 * @param name flowers, cats-and-dogs-filtered, ants-and-bees or oxford-pets; {@link publicDatasets} has their facts
 * @throws {UserError} on an unknown name, without a network, or if what comes is not what was expected
 */
export async function publicDataset(name: string, options?: PublicDatasetOptions): Promise<Dataset> {
  const entry = Object.hasOwn(publicDatasets, name) ? publicDatasets[name] : undefined;
  if (!entry) {
    throw new UserError(`no public dataset '${name}'; there are ${Object.keys(publicDatasets).join(', ')}`);
  }
  return fetchDataset(entry, options);
}

/** @see publicDataset */
export async function fetchDataset(entry: PublicDatasetEntry, options?: PublicDatasetOptions): Promise<Dataset> {
  const { listener } = withDefaults('publicDataset', options, {
    listener: {} as NonNullable<PublicDatasetOptions['listener']>,
  });
  const folder = cacheFolder('datasets', entry.name);
  if (!existsSync(folder)) {
    listener.onMessage?.(`${entry.title}. Licence: ${entry.licence}`);
    mkdirSync(cacheFolder('datasets'), { recursive: true });
    const waiting = () => listener.onMessage?.(`another process fetches ${entry.name}: waiting for it`);
    await withFileLock(
      `${folder}.lock`,
      async () => {
        if (!existsSync(folder)) await fetchInto(folder, entry, listener);
      },
      waiting,
    );
  }
  return readLayout(folder, entry);
}

/** To be called by one process at a time. */
async function fetchInto(
  folder: string,
  entry: PublicDatasetEntry,
  listener: NonNullable<PublicDatasetOptions['listener']>,
): Promise<void> {
  removeAbandoned(folder);
  const files: string[] = [];
  for (const archive of entry.archives) files.push(await fetchArchive(entry, archive, listener));
  const whole = temporaryBeside(folder);
  try {
    mkdirSync(whole);
    for (const [i, file] of files.entries()) {
      listener.onMessage?.(`unpacking ${basename(file)}`);
      // photos hardly compress: what unpacks to far more is no set of photos
      const limits = { bytes: 4 * entry.archives[i]!.bytes + 2 ** 20, entries: 20 * entry.pictures + 1000 };
      await extract(file, join(whole, String(i)), limits);
    }
    renameSync(whole, folder);
    for (const file of files) rmSync(file, { force: true });
  } finally {
    rmSync(whole, { recursive: true, force: true });
  }
}

/** What a process that was killed while it unpacked left behind. */
function removeAbandoned(folder: string): void {
  const begins = `.${basename(folder)}.`;
  for (const name of readdirSync(dirname(folder))) {
    if (name.startsWith(begins) && name.endsWith('.tmp'))
      rmSync(join(dirname(folder), name), { recursive: true, force: true });
  }
}

async function fetchArchive(
  { title, name }: PublicDatasetEntry,
  { address, bytes, sha256 }: Archive,
  listener: NonNullable<PublicDatasetOptions['listener']>,
): Promise<string> {
  const file = cacheFolder('downloads', `${name}-${basename(new URL(address).pathname)}`);
  const known = cacheFolder('datasets', `${basename(file)}.sha256`);
  const value = sha256 ?? firstHash(known);
  try {
    await download(address, file, {
      ...(value && { hash: { algorithm: 'sha256' as const, value } }),
      largest: bytes,
      secure: sha256 === undefined,
      onProgress: (done, total) =>
        listener.onProgress?.({ task: `downloading ${name}`, done, total: total || bytes, unit: 'bytes' }),
    });
  } catch (error) {
    const other = !sha256 && error instanceof WrongHashError ? otherThanFirst(known) : '';
    throw new UserError(
      `${title.split(':')[0]} cannot be had: ${messageOf(error)}${other}. Without a network there is the bundled sample, 'emoji'`,
    );
  }
  const { size } = statSync(file);
  if (size !== bytes) {
    rmSync(file, { force: true });
    throw new UserError(`${address} is not what was expected: it has ${size} bytes, expected ${bytes}`);
  }
  if (!value) keepFirstHash(known, await hashOfFile(file, 'sha256')); // the next download must be the same
  return file;
}

function readLayout(folder: string, { layout }: PublicDatasetEntry): Dataset {
  if (layout.kind === 'folder') return imageFolder(join(folder, '0', layout.folder));
  const rows = (['trainval', 'test'] as const).flatMap((part) =>
    readFileSync(join(folder, '1', 'annotations', `${part}.txt`), 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[0]!.trim())
      .filter((name) => name !== '' && !name.startsWith('#'))
      .map((name) => ({ name, split: part === 'test' ? 'test' : 'train' })),
  );
  return imageTable(
    arquero.table({
      file: rows.map(({ name }) => `${name}.jpg`),
      label: rows.map(({ name }) => name.replace(/_\d+$/, '').replaceAll('_', ' ')),
      split: rows.map(({ split }) => split),
    }),
    { folder: join(folder, '0', 'images') },
  );
}
