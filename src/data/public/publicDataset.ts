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

/** Options of {@link publicDataset}. */
export interface PublicDatasetOptions {
  /** Receives the progress of the download, and messages such as the licence. */
  listener?: Pick<Listener, 'onProgress' | 'onMessage'>;
}

/**
 * Open a small public dataset, which is downloaded at first use and kept in the cache. Its hash is checked, an interrupted download
 * is continued, and the archive is unpacked safely. Respect its licence, which the listener receives as a message.
 *
 * @param name flowers, cats-and-dogs-filtered, ants-and-bees or oxford-pets; `publicDatasets` describes them
 * @throws {UserError} on an unknown name, without a network, or when the downloaded file is not the expected one
 *
 * @example
 * ```ts no-run
 * import { data } from 'tunebook';
 *
 * const flowers = await data.publicDataset('flowers', { listener: { onMessage: console.log } });
 * flowers.classes; // daisy, dandelion, roses, sunflowers, tulips
 * ```
 */
export async function publicDataset(name: string, options?: PublicDatasetOptions): Promise<Dataset> {
  const entry = Object.hasOwn(publicDatasets, name) ? publicDatasets[name] : undefined;
  if (!entry) {
    throw new UserError(
      `unknown public dataset '${name}'; the public datasets are ${Object.keys(publicDatasets).join(', ')}`,
    );
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
    const waiting = () => listener.onMessage?.(`another process is downloading ${entry.name}: waiting for it`);
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

/** Must be called by one process at a time. */
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
      // photos hardly compress: an archive that unpacks to far more does not contain photos
      const limits = { bytes: 4 * entry.archives[i]!.bytes + 2 ** 20, entries: 20 * entry.pictures + 1000 };
      await extract(file, join(whole, String(i)), limits);
    }
    renameSync(whole, folder);
    for (const file of files) rmSync(file, { force: true });
  } finally {
    rmSync(whole, { recursive: true, force: true });
  }
}

/** Remove what a process left behind that was killed while unpacking. */
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
      `${title.split(':')[0]} is not available: ${messageOf(error)}${other}. Without a network, use the bundled sample 'emoji'`,
    );
  }
  const { size } = statSync(file);
  if (size !== bytes) {
    rmSync(file, { force: true });
    throw new UserError(`${address} is not the expected file: it has ${size} bytes, expected ${bytes}`);
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
