import { createReadStream, createWriteStream, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { ReadEntry } from 'tar';
import type { Entry } from 'yauzl';
import { messageOf, UserError } from '../../core/errors';
import { temporaryBeside } from '../../core/files';
import { firstBytes } from '../../core/firstBytes';
import { ExtractionGuard, type ExtractionLimits } from './extractionGuard';

/**
 * Unpack a .zip, .tar or .tar.gz into a new folder, which appears only when it is complete. Entries outside of the folder and links
 * are refused, and unpacked bytes are counted, whatever sizes the archive declares.
 *
 * @throws {UserError} when the archive is damaged or malicious, or the folder exists; then nothing is left behind
 */
export async function extract(archive: string, folder: string, limits: ExtractionLimits): Promise<void> {
  const target = resolve(folder);
  mkdirSync(dirname(target), { recursive: true });
  const temporary = temporaryBeside(target);
  mkdirSync(temporary);
  const guard = new ExtractionGuard(basename(archive), temporary, limits);
  try {
    await (isZip(archive) ? unzip(archive, guard) : untar(archive, guard));
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (error instanceof UserError) throw error;
    throw new UserError(`${basename(archive)} ${whyNot(error)}`);
  }
}

function whyNot(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  const message = messageOf(error);
  if (code === 'EEXIST') return 'is not unpacked: it contains a file twice';
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'is not unpacked: the disk is full';
  if (code === 'ENAMETOOLONG') return 'is not unpacked: a path in it is too long';
  if (code === 'EACCES' || code === 'EPERM') return `is not unpacked: no permission (${message})`;
  if (/encrypt/i.test(message)) return ENCRYPTED;
  const method = /unsupported compression method: (\d+)/.exec(message)?.[1];
  if (method !== undefined)
    return `is not unpacked: it is compressed by method ${method}, which is not read: make the zip again with Deflate`;
  return `is damaged: ${message}`;
}

const ENCRYPTED = 'is not unpacked: it is encrypted: unpack it with its password, or make it again without one';

const isZip = (archive: string) => firstBytes(archive, 2).equals(Buffer.from('PK'));

async function unzip(archive: string, guard: ExtractionGuard): Promise<void> {
  const { openPromise: openZip } = require('yauzl') as typeof import('yauzl'); // loaded when used, as is tar
  const zip = await openZip(archive, { autoClose: false, lazyEntries: true });
  try {
    const entries: Entry[] = [];
    for await (const entry of zip.eachEntry()) {
      guard.announce(entry.uncompressedSize);
      entries.push(entry);
    }
    for (const entry of entries) {
      if (entry.isEncrypted()) throw new UserError(`${basename(archive)} ${ENCRYPTED}`);
      const mode = entry.externalFileAttributes >>> 28; // the file type in the Unix mode; 0 when another system made the archive
      const name = nameOf(entry);
      const isFolder = name.endsWith('/');
      const known = mode === 0 || mode === (isFolder ? 0o4 : 0o10);
      const path = guard.place(name, !known ? 'other' : isFolder ? 'folder' : 'file');
      if (isFolder) continue;
      await pipeline(
        await zip.openReadStreamPromise(entry),
        counted(guard),
        createWriteStream(path, { flags: 'wx', mode: 0o644 }),
      );
    }
  } finally {
    zip.close();
  }
}

/**
 * The name of an entry in a zip. macOS writes UTF-8 without saying so, which would be read as the code page 437 of MS-DOS: bytes that are
 * valid UTF-8 beyond ASCII are never meant as that.
 */
function nameOf({ fileName, fileNameRaw }: Entry): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(fileNameRaw).replaceAll('\\', '/');
  } catch {
    return fileName;
  }
}

async function untar(archive: string, guard: ExtractionGuard): Promise<void> {
  const { Parser } = require('tar') as typeof import('tar');
  const parser = new Parser({ strict: true });
  let failure: { reason: unknown } | undefined;
  let stop = () => {};
  const failed = new Promise<void>((done) => {
    stop = done;
  });
  const fail = (reason: unknown) => {
    failure ??= { reason };
    stop();
  };
  const ended = new Promise((done) => parser.on('end', done));
  parser.on('error', fail);
  const written: Promise<unknown>[] = [];
  // after a failure the other entries may never end
  parser.on('entry', (entry: ReadEntry) => written.push(writeEntry(entry, guard, failed).catch(fail)));
  const source = createReadStream(archive);
  const start = firstBytes(archive, 2);
  const bytes = start[0] === 0x1f && start[1] === 0x8b ? source.pipe(createGunzip()) : source;
  source.on('error', (error) => bytes.destroy(error));
  try {
    for await (const chunk of bytes) {
      if (failure) break;
      guard.countStream((chunk as Buffer).length);
      if (!parser.write(chunk as Buffer))
        await Promise.race([new Promise((done) => parser.once('drain', done)), failed]);
    }
    if (!failure) parser.end();
    await Promise.race([ended, failed]);
  } catch (error) {
    fail(error);
  } finally {
    source.destroy();
  }
  await Promise.all(written);
  if (failure) throw failure.reason;
}

const FILES = ['File', 'OldFile', 'ContiguousFile'];

/** @param failed resolves when the archive turns out to be wrong; then the rest of the entry is not waited for */
async function writeEntry(entry: ReadEntry, guard: ExtractionGuard, failed: Promise<void>): Promise<void> {
  const kind = FILES.includes(entry.type) ? 'file' : entry.type === 'Directory' ? 'folder' : 'other';
  const path = guard.place(entry.path, kind);
  guard.announce(entry.size);
  if (kind === 'folder') {
    entry.resume();
    return;
  }
  const chunks = entry as unknown as AsyncIterable<Buffer>;
  const file = createWriteStream(path, { flags: 'wx', mode: 0o644 });
  const written = pipeline(chunks, counted(guard), file);
  written.catch(() => {}); // when it is not waited for
  try {
    await Promise.race([written, failed]);
  } finally {
    file.destroy();
    // a file that is still being opened would appear in a folder that is being removed
    if (!file.closed) await new Promise<void>((done) => file.once('close', () => done()));
  }
}

function counted(guard: ExtractionGuard) {
  return async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      guard.count(chunk.length);
      yield chunk;
    }
  };
}
