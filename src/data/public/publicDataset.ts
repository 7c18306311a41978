import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { arquero } from '../../core/arquero';
import { download, hashOfFile, WrongHashError } from '../../core/download';
import { messageOf, UserError } from '../../core/errors';
import { sha256 } from '../../core/files';
import { firstHash, keepFirstHash, otherThanFirst } from '../../core/firstHash';
import { makeFolderOnce } from '../../core/folderOnce';
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
 * @param name flowers, cats-and-dogs-filtered, ants-and-bees, oxford-pets or sign-digits; `publicDatasets` describes them
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
  if (!existsSync(folder)) listener.onMessage?.(`${entry.title}. Licence: ${entry.licence}`);
  const waiting = () => listener.onMessage?.(`another process is downloading ${entry.name}: waiting for it`);
  await makeFolderOnce(folder, (whole) => fetchInto(whole, entry, listener), waiting);
  return readLayout(folder, entry);
}

async function fetchInto(
  whole: string,
  entry: PublicDatasetEntry,
  listener: NonNullable<PublicDatasetOptions['listener']>,
): Promise<void> {
  const files: string[] = [];
  for (const archive of entry.archives) files.push(await fetchArchive(entry, archive, listener));
  const known = entry.archives.every(({ sha256 }) => sha256 !== undefined);
  try {
    for (const [i, file] of files.entries()) {
      listener.onMessage?.(`unpacking ${basename(file)}`);
      // photos hardly compress: an archive that unpacks to far more does not contain photos
      const limits = { bytes: 4 * entry.archives[i]!.bytes + 2 ** 20, entries: 20 * entry.pictures + 1000 };
      await extract(file, join(whole, String(i)), limits);
    }
    if (!known) await checkContent(whole, entry, files);
  } catch (error) {
    // without a published hash the download may be what is wrong
    if (!known) for (const file of files) rmSync(file, { force: true });
    throw error;
  }
  for (const file of files) rmSync(file, { force: true });
}

async function fetchArchive(
  { title, name }: PublicDatasetEntry,
  archive: Archive,
  listener: NonNullable<PublicDatasetOptions['listener']>,
): Promise<string> {
  const { address, bytes, sha256, generated = false } = archive;
  const file = cacheFolder('downloads', `${name}-${basename(new URL(address).pathname)}`);
  const record = recordOf(file);
  const value = sha256 ?? (generated ? undefined : firstHash(record));
  try {
    await download(address, file, {
      ...(value && { hash: { algorithm: 'sha256' as const, value } }),
      largest: generated ? 2 * bytes : bytes,
      secure: sha256 === undefined,
      onProgress: (done, total) =>
        listener.onProgress?.({ task: `downloading ${name}`, done, total: total || bytes, unit: 'bytes' }),
    });
  } catch (error) {
    const other = !sha256 && error instanceof WrongHashError ? otherThanFirst(record) : '';
    throw new UserError(
      `${title.split(':')[0]} is not available: ${messageOf(error)}${other}. Without a network, use the bundled sample 'emoji' or 'letters'`,
    );
  }
  const { size } = statSync(file);
  if (size !== bytes && !generated) {
    rmSync(file, { force: true });
    throw new UserError(`${address} is not the expected file: it has ${size} bytes, expected ${bytes}`);
  }
  return file;
}

/** The file that keeps the hash of the first download. */
const recordOf = (file: string) => cacheFolder('datasets', `${basename(file)}.sha256`);

/**
 * Check archives without a published hash: the numbers of pictures and classes, and that the content is that of the first download.
 * The first download itself is only as trustworthy as its host, which https names.
 *
 * @throws {UserError} when it is not the expected content
 */
async function checkContent(whole: string, entry: PublicDatasetEntry, files: readonly string[]): Promise<void> {
  const { examples, classes } = readLayout(whole, entry);
  const { name, pictures, archives } = entry;
  if (examples.length !== pictures || classes.length !== entry.classes) {
    throw new UserError(
      `${archives[0]!.address} is not the expected file: it has ${examples.length} pictures of ${classes.length} classes, expected ${pictures} of ${entry.classes}`,
    );
  }
  for (const [i, { sha256, generated, address }] of archives.entries()) {
    if (sha256 !== undefined) continue;
    const record = recordOf(files[i]!);
    const found = generated ? await hashOfFiles(join(whole, String(i))) : await hashOfFile(files[i]!, 'sha256');
    const first = firstHash(record);
    if (first !== undefined && first !== found) {
      throw new UserError(`${address} has other files than at the first download of ${name}${otherThanFirst(record)}`);
    }
    keepFirstHash(record, found); // the next download must be the same
  }
}

/** SHA-256 over the names and contents of all files in a folder. */
async function hashOfFiles(folder: string): Promise<string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const lines: string[] = [];
  for (const name of names) {
    if (statSync(join(folder, name)).isFile()) lines.push(`${name} ${await hashOfFile(join(folder, name), 'sha256')}`);
  }
  return sha256(lines.join('\n'));
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
