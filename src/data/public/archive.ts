import { existsSync, mkdirSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { hashOfFile } from '../../core/download';
import { firstBytes } from '../../core/firstBytes';
import { makeFolderOnce } from '../../core/folderOnce';
import type { Listener } from '../../core/listener';
import { cacheFolder } from '../../core/paths';
import { extract } from './extract';
import type { ExtractionLimits } from './extractionGuard';

/** The most bytes that are unpacked from a file of a user. */
const LARGEST = 2 ** 36;
/** The most files and folders in it. */
const MOST_ENTRIES = 1_000_000;
/** Pictures hardly compress, drawings as bitmaps up to about 50 times: a file that unpacks to more does not contain pictures. */
const LARGEST_RATIO = 100;
/** A small file may unpack to this many bytes, whatever its ratio. */
const HARMLESS = 2 ** 26;
/** Bytes that are left free on the disk. */
const LEFT_FREE = 2 ** 28;

/** What {@link unpackOnce} reports to. */
export type UnpackListener = Pick<Listener, 'onMessage'>;

/** What a file is, by its first bytes: an archive that can be unpacked, a kind that cannot, or neither. */
export function archiveKind(file: string): 'zip' | 'tar' | { refused: string } | undefined {
  const start = firstBytes(file, 65_536);
  const begins = (...bytes: number[]) => bytes.every((byte, i) => start[i] === byte);
  const name = basename(file);
  if (begins(0x50, 0x4b, 3, 4) || begins(0x50, 0x4b, 5, 6)) {
    const office = /\.(?:xlsx|xlsm|ods|numbers)$/i.test(file);
    return office ? { refused: `'${name}' is a spreadsheet: save it as CSV` } : 'zip';
  }
  if (isTar(start)) return 'tar';
  if (begins(0x1f, 0x8b)) {
    if (isTar(beginningOf(start))) return 'tar';
    return { refused: `'${name}' is compressed with gzip and contains no tar archive: unpack it with gunzip` };
  }
  const kinds: [string, number[]][] = [
    ['a 7z archive', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
    ['a RAR archive', [0x52, 0x61, 0x72, 0x21]],
    ['compressed with xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
    ['compressed with bzip2', [0x42, 0x5a, 0x68]],
    ['compressed with Zstandard', [0x28, 0xb5, 0x2f, 0xfd]],
  ];
  const other = kinds.find(([, bytes]) => begins(...bytes));
  return (
    other && {
      refused: `'${name}' is ${other[0]}, which is not read: unpack it, or make a .zip or .tar.gz of its files`,
    }
  );
}

/**
 * Unpack an archive into the cache, unless an archive with the same content was unpacked before. Nothing is written elsewhere.
 *
 * @returns the folder with its files
 * @throws {UserError} when it is damaged, encrypted, or not made of plain files and folders within the limits
 */
export async function unpackArchive(file: string, { onMessage }: UnpackListener): Promise<string> {
  const key = await hashOfFile(file, 'sha256');
  const folder = await unpackOnce(key, basename(file), { onMessage }, (into) =>
    extract(file, join(into, 'files'), limitsFor(statSync(file).size)),
  );
  return join(folder, 'files');
}

/**
 * Unpack something into the cache once.
 *
 * @param key SHA-256 of what is unpacked
 * @param name of what is unpacked, for messages
 * @param fill writes the files into a folder
 * @returns the folder
 */
export async function unpackOnce(
  key: string,
  name: string,
  { onMessage }: UnpackListener,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = unpackedFolder(key);
  const make = async (into: string) => {
    onMessage?.(`unpacking ${name} into the cache, ${folder}, where it is kept for the next use`);
    await fill(into);
  };
  await makeFolderOnce(folder, make, () => onMessage?.(`another process is unpacking ${name}: waiting for it`));
  return folder;
}

/** Whether a folder is one of those that {@link unpackOnce} made, or below it. */
export const isUnpacked = (folder: string): boolean => folder.startsWith(unpackedFolder('') + sep);

/** The folder in the cache for something unpacked, or that of all without a key. */
const unpackedFolder = (...key: string[]): string => cacheFolder('unpacked', ...key);

/** What may be unpacked from a file of this many bytes: not more than fits on the disk. */
export function limitsFor(bytes: number): ExtractionLimits {
  const root = unpackedFolder();
  mkdirSync(root, { recursive: true });
  const { bavail, bsize } = statfsSync(root);
  const free = Math.max(1, bavail * bsize - LEFT_FREE);
  const most = Math.min(LARGEST, Math.max(HARMLESS, LARGEST_RATIO * bytes));
  if (free < most)
    return { bytes: free, entries: MOST_ENTRIES, because: "and the disk of tunebook's cache has no more" };
  return { bytes: most, entries: MOST_ENTRIES, because: `${LARGEST_RATIO} times its size, as no pictures do` };
}

/** The archives in a folder and the folders below it, to say why it has no pictures. */
export function archivesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(?:zip|tar|tgz|gz|7z|rar|xz|bz2)$/i.test(name),
  );
  return names.filter((name) => statSync(join(folder, name)).isFile()).sort();
}

/** Whether it begins with the header of a tar archive: the sum of its bytes is written in it. */
function isTar(start: Uint8Array): boolean {
  if (start.length < 512) return false;
  const written = Number.parseInt(Buffer.from(start.subarray(148, 156)).toString('latin1').replace(/\0.*$/s, ''), 8);
  const header = start.subarray(0, 512);
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  return sum > 8 * 32 && sum === written;
}

/** The first bytes that a gzip file contains. */
function beginningOf(start: Buffer): Buffer {
  try {
    return gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 2 ** 27 });
  } catch {
    return Buffer.alloc(0);
  }
}
